# Dot-sourced after Common.ps1, Probe.ps1 and Expect.ps1 by the files on items: files of the host to copy or mount, and errors.

# Where files of the host lie, beside the containers.
$HostFiles = Join-Path $LxcPath 'host-files'
[void] (New-Item -ItemType Directory $HostFiles)

function Invoke-In {
    param([string] $Container, [string] $Script)
    Invoke-LxcCommand $Container sh -ArgumentList '-c', $Script
}

function Invoke-Shell {
    # A line for the host's shell, in the directory of its files.
    param([string] $Script)
    Push-Location -LiteralPath $HostFiles
    try {
        & bash '-ec' $Script
        $LASTEXITCODE | Should -Be 0
    }
    finally {
        Pop-Location
    }
}

function Get-Tree {
    # A line for each name below a directory of the host: kind, mode, owner, size, names, time, what a link says. Bytes that are no text as \ooo.
    param([string] $Path, [string] $Format = '%P|%y|%m|%U:%G|%n|%T@|%l|%s')
    & find $Path '-mindepth' 1 '-type' d '-printf' "$($Format -replace '\|%s$|%n\|')\n" '-o' '-printf' "$Format\n" | Sort-Object -CaseSensitive
}

function Assert-ItemError {
    # One error for each target, with all that the module promises of it.
    param([scriptblock] $Script, [string] $Id, [string] $Category, [object[]] $Target)
    $outcome = Get-Outcome $Script
    $outcome.Errors.Count | Should -Be $Target.Count -Because "an error each is expected, not '$($outcome.Errors -join "', '")'"
    foreach ($record in $outcome.Errors) {
        [LxcPS.Engine.LxcErrorId]::$Id | Should -BeExactly $Id -Because 'the id is in the catalogue'
        $record.FullyQualifiedErrorId | Should -BeLike "$Id,LxcPS.Commands.*LxcItemCommand"
        "$($record.CategoryInfo.Category)" | Should -BeExactly $Category
        $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    $outcome.Errors.TargetObject | Sort-Object | Should -Be ($Target | Sort-Object)
}

function Remove-HostFiles {
    # Names that are no text cannot be removed by PowerShell.
    & rm '-rf' $HostFiles
}

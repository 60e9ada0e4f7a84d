# Run after the layer, whose results it reads.
BeforeDiscovery {
    $results = Join-Path $PSScriptRoot '../../../out/interop.tsv'
    $isWhole = (Test-Path $results) -and -not (Select-String -Path $results -Pattern '^(Skipped|NotRun)' -Quiet)
    if (-not $isWhole) {
        Write-Host 'Skipped: docs/design/interop.md is compared after a whole run of tests/Interop, which this machine or this run has left out in part'
    }
}

Describe 'docs/design/interop.md' -Skip:(-not $isWhole) {
    It 'is what this run would write: tests/Interop/Write-Page.ps1 writes it' {
        $page = [IO.File]::ReadAllText((Join-Path $PSScriptRoot '../../../docs/design/interop.md'))
        $run = & (Join-Path $PSScriptRoot '../Write-Page.ps1') -PassThru
        $run -split "`n" | Should -Be ($page -split "`n")
    }
}

# Dot-sourced by the tests of the configuration cmdlets, after Common.ps1.
function New-ConfigFile {
    # A file of lines, each with a line feed; below the test's own directory, which takes its lock file away as well.
    param([string] $Name, [string[]] $Line)
    $path = Join-Path $LxcPath $Name
    [IO.File]::WriteAllText($path, (($Line | ForEach-Object { "$_`n" }) -join ''))
    $path
}

function Get-CompletedText {
    # What Tab proposes at the end of a line.
    param([string] $Line)
    (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText
}

<#
.SYNOPSIS
How bench/Measure-LxcPS.ps1 measures: pairs in turn, medians, and the table. Dot-sourced by it; the variables are its.
#>

function Find-Peer {
    # The path of a peer's program, or nothing: its lines are then ours alone.
    param([string] $Program, [string] $Package)
    $command = Get-Command $Program -CommandType Application -ErrorAction Ignore | Select-Object -First 1
    if (-not $command) {
        $notes.Add("$Program is not installed (apt-get install $Package); its lines have no peer.")
        return
    }

    $command.Source
}

function Get-Median {
    param([double[]] $Values)
    $sorted = [double[]]$Values.Clone()
    [array]::Sort($sorted)
    $middle = [int][math]::Floor($sorted.Length / 2)
    if ($sorted.Length % 2) { $sorted[$middle] } else { ($sorted[$middle - 1] + $sorted[$middle]) / 2 }
}

function Add-Row {
    # Target: the ratio to stay below, or with no peer in the comparison (-Absolute) the value itself.
    param([string] $What, [string] $Case, [double[]] $Ours, [string] $Peer, [double[]] $Theirs, [double] $Target, [string] $Unit = 'ms', [switch] $Absolute)
    $our = Get-Median $Ours
    $their = if ($Theirs) { Get-Median $Theirs }
    $compared = if ($Absolute) { $our } elseif ($their) { $our / $their }
    $row = [pscustomobject]@{
        What = $What
        Case = $Case
        Ours = '{0:0.00} {1}' -f $our, $Unit
        Peer = $Peer
        Theirs = if ($their) { '{0:0.00} {1}' -f $their, $Unit } else { '-' }
        Ratio = if ($their) { '{0:0.00}' -f ($our / $their) } else { '-' }
        Target = if ($Absolute) { "< $Target $Unit" } else { "< $Target" }
        Result = if ($null -eq $compared) { '-' } elseif ($compared -lt $Target) { 'pass' } else { 'FAIL' }
        Best = '{0:0.00}{1}' -f ($Ours | Measure-Object -Minimum).Minimum, $(if ($Theirs) { ' / {0:0.00}' -f ($Theirs | Measure-Object -Minimum).Minimum })
    }
    $rows.Add($row)
    Write-Host ('{0,-48} {1,-5} {2,10}  {3,-14} {4,10}  {5,5}  {6}' -f $row.What, $row.Case, $row.Ours, $row.Peer, $row.Theirs, $row.Ratio, $row.Result)
}

function Measure-Pair {
    # Runs both sides in turn, hot and cold. Each side is a list of steps; the answer has the times of each step by case, side and number.
    # Who begins changes from round to round: neither always works in the other's wake.
    param([scriptblock[]] $Ours, [scriptblock[]] $Theirs, [int] $Rounds = $Runs)
    $times = @{}
    foreach ($case in 'hot', 'cold') {
        $pause = if ($case -eq 'cold') { 50 } else { 0 }
        foreach ($round in 0..$Rounds) {
            $sides = if ($round % 2) { 'Theirs', 'Ours' } else { 'Ours', 'Theirs' }
            foreach ($side in $sides) {
                $steps = if ($side -eq 'Ours') { $Ours } else { $Theirs }
                for ($i = 0; $i -lt $steps.Count; $i++) {
                    if ($pause) {
                        [Threading.Thread]::Sleep($pause)
                    }

                    $time = & $steps[$i]

                    # The first round is for caches, the compiler's and the kernel's.
                    if ($round -gt 0) {
                        $key = "$case $side $i"
                        if (-not $times.ContainsKey($key)) {
                            $times[$key] = [Collections.Generic.List[double]]::new()
                        }

                        $times[$key].Add($time)
                    }
                }
            }
        }
    }

    $times
}

function Measure-Call {
    # The milliseconds that a line of script takes in this session.
    param([scriptblock] $Call)
    $start = [Diagnostics.Stopwatch]::GetTimestamp()
    [void](. $Call)
    [Diagnostics.Stopwatch]::GetElapsedTime($start).TotalMilliseconds
}

function New-Timer {
    param([Collections.IDictionary] $Replaced, [string[]] $Hidden)
    $timer = [LxcPS.Timing.ProcessTimer]::new($log, $Replaced, $Hidden)
    $timers.Add($timer)
    $timer
}

function Write-Table {
    # As text that is a Markdown table too, so that what is saved is what was shown.
    $columns = 'What', 'Case', 'Ours', 'Peer', 'Theirs', 'Ratio', 'Target', 'Result', 'Best'
    $width = @{}
    foreach ($column in $columns) {
        $width[$column] = (@($column) + @($rows.$column) | ForEach-Object Length | Measure-Object -Maximum).Maximum
    }

    $lines = @(
        '| ' + (($columns | ForEach-Object { $_.PadRight($width[$_]) }) -join ' | ') + ' |'
        '|' + (($columns | ForEach-Object { '-' * ($width[$_] + 2) }) -join '|') + '|'
        foreach ($row in $rows) {
            '| ' + (($columns | ForEach-Object { $row.$_.PadRight($width[$_]) }) -join ' | ') + ' |'
        }
        ''
        "Medians of $Runs runs on Linux $([Environment]::OSVersion.Version), $([Environment]::ProcessorCount) processors, PowerShell $($PSVersionTable.PSVersion)" +
        "$(foreach ($peer in $lxcStart, $crun) { if ($peer) { ', ' + ((& $peer --version | Select-Object -First 1) -replace '^(?=\d)', 'LXC ' -replace ' version') } }). " +
        'Best is the shortest run, ours / theirs.'
        $notes
    )
    $lines | Write-Host
    [IO.File]::WriteAllLines((Join-Path $out 'bench.md'), [string[]]$lines)
}

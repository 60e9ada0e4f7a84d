<#
.SYNOPSIS
Measures LxcPS beside its peers, and prints one table of times, ratios and targets.
.DESCRIPTION
Ours and the peer's take turns, in one run, on the same containers; a peer that is not installed is named and left out. docs/bench.md
says what each line is and how to read the table. The table is also saved as out/bench.md.
.EXAMPLE
./pwsh build.ps1 Bench -Runs 50
#>
[CmdletBinding()]
param(
    # The manifest of the module that is measured.
    [Parameter(Mandatory)] [string] $Module,

    # How many times each line is measured, and that of the helper alone four times as often; the table has medians.
    [ValidateRange(1, 10000)] [int] $Runs = 30,

    # Only lines whose group matches: Import, Start, Run, Attach, Memory, List, Create, Debian, Copy.
    [string] $Name = '*',

    # Where the containers are made; the directory is removed at the end.
    [string] $WorkPath = (Join-Path ([IO.Path]::GetTempPath()) "lxcps-bench-$PID")
)

$ErrorActionPreference = 'Stop'
$Module = (Resolve-Path $Module).ProviderPath
$out = Join-Path (Split-Path $PSScriptRoot) 'out'
$containers = Join-Path $WorkPath 'lxc'
$log = Join-Path $out 'bench.log'
$rows = [Collections.Generic.List[object]]::new()
$notes = [Collections.Generic.List[string]]::new()
$timers = [Collections.Generic.List[object]]::new()
$modulePath = Split-Path $Module
$architecture = if ([Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture -eq 'Arm64') { 'linux-arm64' } else { 'linux-x64' }
$monitor = Join-Path $modulePath "runtimes/$architecture/lxcps-monitor"

. (Join-Path $PSScriptRoot 'Measurement.ps1')
. (Join-Path $PSScriptRoot 'Storage.ps1')

function Test-Group {
    param([string] $Group)
    $Group -like $Name
}

function Measure-Start {
    param([string] $Container, [string] $Kind, [double] $Target)
    $ours = { Measure-Call { Start-LxcContainer $Container } }, { Measure-Call { Stop-LxcContainer $Container -Kill } }
    $theirs = if ($lxcStart -and $lxcStop) {
        { $lxc.Run($lxcStart, @('-P', $containers, '-n', $Container, '-d')) }
        { $lxc.Run($lxcStop, @('-P', $containers, '-n', $Container, '-k')) }
    }
    $times = Measure-Pair $ours $theirs
    foreach ($case in 'hot', 'cold') {
        Add-Row "Start-LxcContainer, $Kind" $case $times["$case Ours 0"] 'lxc-start -d' $times["$case Theirs 0"] $Target
        Add-Row "Stop-LxcContainer -Kill, $Kind" $case $times["$case Ours 1"] 'lxc-stop -k' $times["$case Theirs 1"] 0.8
    }
}

function Measure-Attach {
    param([string] $Container, [string] $Kind)
    Start-LxcContainer $Container
    $ours = { Measure-Call { Invoke-LxcCommand $Container /bin/true } }
    $theirs = if ($lxcAttach) { { $lxc.Run($lxcAttach, @('-P', $containers, '-n', $Container, '--', '/bin/true')) } }
    $times = Measure-Pair $ours $theirs
    foreach ($case in 'hot', 'cold') {
        Add-Row "Invoke-LxcCommand /bin/true, $Kind" $case $times["$case Ours 0"] 'lxc-attach' $times["$case Theirs 0"] 0.8
    }

    Stop-LxcContainer $Container -Kill
}

function Measure-Program {
    $bundle = Join-Path $WorkPath 'bundle'
    [void](New-Item -ItemType Directory $bundle)
    $text = [IO.File]::ReadAllText((Join-Path $PSScriptRoot 'crun.json')).Replace('"ROOTFS"', (ConvertTo-Json "$containers/priv/rootfs"))
    if ($architecture -eq 'linux-arm64') {
        $text = $text.Replace('"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"', '"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"')
    }

    [IO.File]::WriteAllText((Join-Path $bundle 'config.json'), $text)
    $hidden = @()
    $controllers = '/sys/fs/cgroup/unified/cgroup.controllers'
    if ((Test-Path $controllers) -and [IO.File]::ReadAllText($controllers).Trim()) {
        $hidden = @('/sys/fs/cgroup/unified')
        $notes.Add('crun refuses cgroup v1 with controllers on v2 beside it: its lines, ours too, run in a mount namespace without the v2 hierarchy.')
    }

    $timer = New-Timer @{} $hidden
    $state = Join-Path $WorkPath 'crun'
    $ours = { $timer.Run($monitor, @('start', '--lxcpath', $containers, '--name', 'priv', '--', '/bin/true')) }
    $theirs = if ($crun) { { $timer.Run($crun, @("--root=$state", '--cgroup-manager=cgroupfs', 'run', '-b', $bundle, "lxcps-bench-$PID")) } }

    # The shortest line: 20 rounds are over before a machine that is slow for half a second is itself again.
    $times = Measure-Pair $ours $theirs (4 * $Runs)
    $notes.Add("The line of the helper alone is of $(4 * $Runs) runs.")
    foreach ($case in 'hot', 'cold') {
        Add-Row 'lxcps-monitor start -- /bin/true' $case $times["$case Ours 0"] 'crun run' $times["$case Theirs 0"] 0.8
    }
}

function Get-MonitorId {
    # The monitors of these containers, ours or LXC's: both name their directory on their command lines.
    foreach ($directory in [IO.Directory]::GetDirectories('/proc')) {
        $id = 0
        if (-not [int]::TryParse((Split-Path $directory -Leaf), [ref]$id) -or $id -eq $PID) {
            continue
        }

        $line = try { [IO.File]::ReadAllText("$directory/cmdline") } catch { '' }
        if ($line.StartsWith("[lxc monitor] $containers ") -or $line.StartsWith("[lxcps watcher] $containers ")) {
            $id
        }
    }
}

function Get-MonitorMemory {
    # Of so many containers, whose monitors are so many processes each.
    param([int] $Count, [int] $Processes)
    # What only the start needed is given back by now.
    [Threading.Thread]::Sleep(2000)
    $sizes = @{}
    $parents = @{}
    foreach ($id in Get-MonitorId) {
        $line = [IO.File]::ReadAllLines("/proc/$id/smaps_rollup") | Where-Object { $_ -like 'Pss:*' }
        $sizes[$id] = [double](($line -split '\s+')[1])
        $line = [IO.File]::ReadAllLines("/proc/$id/status") | Where-Object { $_ -like 'PPid:*' }
        $parents[$id] = [int](($line -split '\s+')[1])
    }

    if ($sizes.Count -ne $Count * $Processes) {
        throw "There are $($sizes.Count) processes of $Count monitors, where each is $Processes"
    }

    # Ours is two processes, of which one is the other's child.
    $first = @($sizes.Keys | Where-Object { -not $sizes.ContainsKey($parents[$_]) })
    if ($first.Count -ne $Count) {
        throw "There are $($first.Count) monitors where $Count were started"
    }

    foreach ($id in $first) {
        $children = $sizes.Keys | Where-Object { $parents[$_] -eq $id } | ForEach-Object { $sizes[$_] }
        $sizes[$id] + [double]($children | Measure-Object -Sum).Sum
    }
}

function Measure-Memory {
    $names = 1..20 | ForEach-Object { 'run{0:00}' -f $_ }
    Start-LxcContainer $names
    $ours = Get-MonitorMemory 20 2
    Stop-LxcContainer $names -Kill
    $theirs = if ($lxcStart -and $lxcStop) {
        $names | ForEach-Object { [void]$lxc.Run($lxcStart, @('-P', $containers, '-n', $_, '-d')) }
        Get-MonitorMemory 20 1
        $names | ForEach-Object { [void]$lxc.Run($lxcStop, @('-P', $containers, '-n', $_, '-k')) }
    }
    Add-Row 'A monitor, PSS with 20 running' '' $ours 'LXC''s monitor' $theirs 1.3 'KiB'
}

function Measure-List {
    $running = @(Get-LxcContainer run*)
    $running | Start-LxcContainer
    [void](New-LxcContainer (1..(500 - @(Get-LxcContainer).Count) | ForEach-Object { 'idle{0:000}' -f $_ }) -Template None)
    $theirs = if ($lxcLs) { { $lxc.Run($lxcLs, @('-P', $containers, '-f')) } }
    $table = { Measure-Call { Get-LxcContainer | Format-Table Name, State, AutoStart, Group, IPAddress, Unprivileged | Out-String } }
    foreach ($line in @(
            @{ What = 'Get-LxcContainer, 500 defined, 50 running'; Call = { Measure-Call { Get-LxcContainer } } },
            @{ What = 'the same as a table with lxc-ls''s columns'; Call = $table })) {
        $times = Measure-Pair $line.Call $theirs
        foreach ($case in 'hot', 'cold') {
            Add-Row $line.What $case $times["$case Ours 0"] 'lxc-ls -f' $times["$case Theirs 0"] 0.2
        }
    }

    $running | Stop-LxcContainer -Kill
}

function Measure-Import {
    # A fresh process each, of the PowerShell that runs this script. The control shows what any module costs there: it has one function.
    $program = [Environment]::ProcessPath
    $prefix = @(if ((Split-Path $program -Leaf) -eq 'dotnet') { [Environment]::GetCommandLineArgs()[0] })
    $control = Join-Path $WorkPath 'Control/Control.psd1'
    [void](New-Item -ItemType Directory (Split-Path $control))
    [IO.File]::WriteAllText($control, "@{ RootModule = 'Control.psm1'; ModuleVersion = '1.0'; FunctionsToExport = @('Get-Control'); CmdletsToExport = @(); AliasesToExport = @() }")
    [IO.File]::WriteAllText([IO.Path]::ChangeExtension($control, 'psm1'), 'function Get-Control { 1 }')
    $times = @{ $Module = @(); $control = @() }
    foreach ($round in 0..$Runs) {
        foreach ($path in $Module, $control) {
            $code = "`$w = [Diagnostics.Stopwatch]::StartNew(); Import-Module '$($path.Replace("'", "''"))'; `$w.Elapsed.TotalMilliseconds.ToString('R', [cultureinfo]::InvariantCulture)"
            $text = & $program @prefix -NoProfile -NonInteractive -Command $code
            if ($round -gt 0) { $times[$path] += [double]::Parse($text, [cultureinfo]::InvariantCulture) }
        }
    }

    Add-Row 'Import-Module LxcPS' 'fresh' $times[$Module] 'empty module' $times[$control] 100 -Absolute
}

function Remove-Everything {
    # What an interrupted crun left; its view of the host is the last timer's.
    foreach ($left in @(Get-ChildItem (Join-Path $WorkPath 'crun') -ErrorAction Ignore)) {
        [void]$timers[-1].Run($crun, @("--root=$WorkPath/crun", 'delete', '-f', $left.Name))
    }

    if (Test-Path $containers) {
        Get-LxcContainer | Remove-LxcContainer -Force -Confirm:$false -ErrorAction Continue
    }

    foreach ($timer in $timers) {
        $timer.Dispose()
    }

    if (Test-Path $WorkPath) {
        Remove-Item $WorkPath -Recurse -Force
    }
}

[void](New-Item -ItemType Directory -Force $out)
Import-Module $Module
$tool = Join-Path $out 'bench'
$text = & dotnet build (Join-Path $PSScriptRoot 'Timing/LxcPS.Timing.csproj') -c Release -o $tool -v quiet --nologo 2>&1
if ($LASTEXITCODE -ne 0) {
    throw "bench/Timing was not built: $text"
}

Add-Type -Path (Join-Path $modulePath 'LxcPS.Native.dll')
Add-Type -Path (Join-Path $tool 'LxcPS.Timing.dll')
$PSDefaultParameterValues['*-Lxc*:LxcPath'] = $containers
$PSDefaultParameterValues['*-Lxc*:ImagePath'] = Join-Path $WorkPath 'images'
$lxcStart = Find-Peer lxc-start lxc
$lxcStop = Find-Peer lxc-stop lxc
$lxcAttach = Find-Peer lxc-attach lxc
$lxcLs = Find-Peer lxc-ls lxc
$lxcCreate = Find-Peer lxc-create lxc
$lxcCopy = Find-Peer lxc-copy lxc
$crun = Find-Peer crun crun
try {
    [void](New-Item -ItemType Directory $containers)
    $network = @{ 'lxc.net.0.type' = 'empty' }
    [void](New-LxcContainer priv -Template Busybox -Privileged -Config $network)
    [void](New-LxcContainer user -Template Busybox -Config $network)

    # LXC's tools map ids through newuidmap, which wants a line of root's: it finds one, and the host's files stay as they are.
    $ids = Join-Path $WorkPath 'subid'
    [IO.File]::WriteAllText($ids, "root:100000:4000000000`n")
    $lxc = New-Timer @{ '/etc/subuid' = $ids; '/etc/subgid' = $ids } @()
    if (Test-Group Import) { Measure-Import }
    if (Test-Group Start) {
        Measure-Start priv 'privileged' 0.8
        Measure-Start user 'user namespace' 0.5
    }

    if (Test-Group Run) { Measure-Program }
    if (Test-Group Attach) {
        Measure-Attach priv 'privileged'
        Measure-Attach user 'user namespace'
    }

    if (Test-Group Create) { Measure-Create }
    if (Test-Group Debian) { Measure-Debian }
    if (Test-Group Copy) { Measure-Copy }
    if ((Test-Group Memory) -or (Test-Group List)) {
        [void](New-LxcContainer (1..50 | ForEach-Object { 'run{0:00}' -f $_ }) -Template Busybox -Config $network)
    }

    if (Test-Group Memory) { Measure-Memory }
    if (Test-Group List) { Measure-List }
}
finally {
    Remove-Everything
}

Write-Table

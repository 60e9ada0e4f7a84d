# Dot-sourced by every test file in BeforeAll: LXC's tools beside the cmdlets, on containers of the file's own.
. $PSScriptRoot/../Pester/Common.ps1
. $PSScriptRoot/../Pester/Probe.ps1

# LXC's tools map ids through newuidmap, which wants a line of root's. They find one in a mount namespace of their own; the host's files stay as they are.
$idFile = "$LxcPath.ids"
[IO.File]::WriteAllText($idFile, "root:100000:4000000000`n")
$inside = 'mount --bind "$1" /etc/subuid && mount --bind "$1" /etc/subgid && shift && exec "$@"'

# What LXC leaves of its own: the cgroup that its monitors wait in is removed if it was not there.
$pivots = @('/sys/fs/cgroup/lxc.pivot') + @([IO.Directory]::GetDirectories('/sys/fs/cgroup') | ForEach-Object { "$_/lxc.pivot" }) |
    Where-Object { -not [IO.Directory]::Exists($_) }
$LxcTimeout = 60

function Get-ToolLine {
    # The command that runs a tool of LXC's: never on a container without a root file system of its own, never for long.
    param([string[]] $Line)
    if ($Line[0] -in 'lxc-start', 'lxc-execute') {
        $name = $Line[[array]::IndexOf($Line, '-n') + 1]
        $config = [IO.File]::ReadAllText("$LxcPath/$name/config")
        if ($config -notmatch "(?m)^lxc\.rootfs\.path\s*=\s*((dir:|btrfs:|loop:)?|overlay:\S+:)$([regex]::Escape($LxcPath))/\S+\s*$") {
            throw "$name has no root file system of its own"
        }
    }

    'unshare', '--mount', '--propagation', 'private', 'sh', '-c', $inside, 'sh', $idFile, 'timeout', '--foreground', "$LxcTimeout"
    if ($Line[0] -in 'lxc-usernsexec', 'lxc-unshare', 'lxc-config', 'lxc-checkconfig', 'python3') {
        # Debian's own python has the module, whatever else is on PATH.
        $Line[0] -replace '^python3$', '/usr/bin/python3'
        $Line | Select-Object -Skip 1
    }
    else {
        $Line[0], '-P', $LxcPath
        $Line | Select-Object -Skip 1
    }
}

function Invoke-Tool {
    # Runs a tool of LXC's; its lines, with those of its standard error. LASTEXITCODE is its.
    $line = @(Get-ToolLine $args)
    # Text in the pipeline is the tool's input; without any it has none.
    $text = @($input) -join "`n"
    $text | & $line[0] @($line | Select-Object -Skip 1) 2>&1 | ForEach-Object { "$_" }
}

function Use-Tool {
    # Runs one that must succeed.
    $output = Invoke-Tool @args
    $LASTEXITCODE | Should -Be 0 -Because "$args ends well, and says: $output"
    $output
}

function Start-Tool {
    # Runs one beside the test; -Terminal gives it one.
    param([string[]] $Line, [switch] $Terminal)
    $line = @(Get-ToolLine $Line)
    if ($Terminal) {
        $line = 'script', '-qefc', ('stty rows 40 cols 150; exec ' + (($line | ForEach-Object { "'$($_.Replace("'", "'\''"))'" }) -join ' ')), '/dev/null'
    }

    Start-Beneath $line
}

function Start-Beneath {
    param([string[]] $Line)
    $start = [Diagnostics.ProcessStartInfo]::new($Line[0])
    $Line | Select-Object -Skip 1 | ForEach-Object { $start.ArgumentList.Add($_) }
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $process = [Diagnostics.Process]::Start($start)
    $started.Add($process)
    [pscustomobject]@{ Process = $process; Text = ''; Buffer = [byte[]]::new(4096); Pending = $null }
}

$started = [Collections.Generic.List[Diagnostics.Process]]::new()

function Read-Tool {
    # Reads until the text matches.
    param([object] $Tool, [string] $Pattern, [double] $Seconds = 30)
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($Tool.Text -notmatch $Pattern) {
        $Tool.Pending ??= $Tool.Process.StandardOutput.BaseStream.ReadAsync($Tool.Buffer, 0, $Tool.Buffer.Length)
        $left = $Seconds * 1000 - $watch.ElapsedMilliseconds
        if ($left -le 0 -or -not $Tool.Pending.Wait([int] $left) -or $Tool.Pending.Result -eq 0) {
            throw "The output does not show '$Pattern' but: $($Tool.Text[0..999] -join '')"
        }

        $Tool.Text += [Text.Encoding]::UTF8.GetString($Tool.Buffer, 0, $Tool.Pending.Result)
        $Tool.Pending = $null
    }
}

function Send-Tool {
    # Types text; what came before is forgotten.
    param([object] $Tool, [string] $Text)
    $Tool.Text = ''
    $Tool.Process.StandardInput.Write($Text)
    $Tool.Process.StandardInput.Flush()
}

function Read-Prompt {
    # Presses Enter until a shell answers: what is typed while a tool sets its terminal up is lost.
    param([object] $Tool)
    Wait-Until { Send-Tool $Tool "`r"; try { Read-Tool $Tool '# ' 1; $true } catch { $false } } 30 | Should -BeTrue -Because "a shell prompts, where there is: $($Tool.Text)"
}

function Wait-Tool {
    # Its exit code.
    param([object] $Tool)
    $Tool.Process.WaitForExit(30000) | Should -BeTrue -Because "the tool ends; it has said: $($Tool.Text)"
    $Tool.Process.ExitCode
}

function New-Ours {
    # A container of ours, by kind, with no network.
    param([string] $Name, [string] $Kind, [hashtable] $Config = @{})
    [void] (New-TestContainer $Name ($Config + @{ 'lxc.net.0.type' = 'empty' }) -Privileged:($Kind -eq 'privileged'))
}

function New-Theirs {
    # One that lxc-create makes, with no network; more lines of configuration if given.
    param([string] $Name, [string] $Kind, [string[]] $Config = @())
    $map = if ($Kind -eq 'unprivileged') { 'lxc.idmap = u 0 300000 65536', 'lxc.idmap = g 0 300000 65536' }
    [IO.File]::WriteAllLines("$LxcPath.conf", [string[]] (@('lxc.net.0.type = empty') + $map + $Config -ne $null))
    [void] (Use-Tool lxc-create -n $Name -t busybox -f "$LxcPath.conf")
}

function Start-Theirs {
    # One that lxc-create makes and lxc-start starts; its init takes signals when this returns.
    param([string] $Name, [string] $Kind, [string[]] $Config = @())
    New-Theirs $Name $Kind $Config
    [void] (Use-Tool lxc-start -n $Name -d)
    Wait-Init $Name
}

function Start-Ours {
    param([string] $Name, [string] $Kind, [hashtable] $Config = @{})
    New-Ours $Name $Kind $Config
    Start-LxcContainer $Name
    Wait-Init $Name
}

function Get-Field {
    # The lines of lxc-info by name.
    $fields = @{}
    Use-Tool lxc-info @args | ForEach-Object {
        if ($_ -match '^([^:]+):\s+(.*)$') {
            $fields[$Matches[1]] = $Matches[2]
        }
    }

    $fields
}

function Assert-Absent {
    # What a page says is not there must not be: whoever adds it corrects the row.
    param([string] $Command)
    Get-Command $Command -ErrorAction Ignore | Should -BeNullOrEmpty
}

function Complete-Test {
    # For AfterAll: all that the file has made goes, also after failures, and then nothing of it is anywhere.
    foreach ($process in $started) {
        if (-not $process.HasExited) {
            $process.Kill($true)
        }

        $process.Dispose()
    }

    Remove-TestContainers
    # LXC's monitors say that a container has ended before they end themselves, and write to where nothing may be left.
    Wait-Until { -not (Get-ProcessTable | Where-Object { $_.CommandLine.StartsWith("[lxc monitor] $LxcPath") }) } | Should -BeTrue

    # The process behind lxc-monitor takes its FIFO along when it is told to end.
    & lxc-monitor -P $LxcPath -Q 2>$null
    Wait-Until { -not [IO.File]::Exists("/run/lxc$LxcPath/monitor-fifo") } | Should -BeTrue
    Remove-Item "$LxcPath.*", "/run/lxc$LxcPath" -Recurse -Force -ErrorAction Ignore
    "/run/lxc$LxcPath" | Should -Not -Exist
    foreach ($pivot in $pivots) {
        if ([IO.Directory]::Exists($pivot) -and [IO.Directory]::GetDirectories($pivot).Count -eq 0 -and -not [IO.File]::ReadAllText("$pivot/cgroup.procs")) {
            & rmdir $pivot 2>$null
        }
    }

    # LXC's monitors of v1 leave theirs at times.
    & find /sys/fs/cgroup -maxdepth 2 -depth -type d -name "lxc.monitor.*$Unique*" -exec rmdir '{}' + 2>$null
    Get-Leftover | Should -BeNullOrEmpty
}

function Stop-Console {
    # Types what leaves lxc-console until it does: it connects before it has its terminal, and what is typed then is lost.
    param([object] $Tool)
    Wait-Until { Send-Tool $Tool "$([char] 1)q"; $Tool.Process.WaitForExit(1000) } 30 | Should -BeTrue -Because "the tool ends; it has said: $($Tool.Text)"
    $Tool.Process.ExitCode | Should -Be 0
}

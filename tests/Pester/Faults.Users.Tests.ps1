BeforeDiscovery {
    $noSetpriv = -not (Get-Command setpriv -CommandType Application -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    $stopped = "stopped-$Unique"
    $running = "running-$Unique"
    [void] (New-TestContainer $stopped, $running)
    Start-LxcContainer $running
    # A copy that the user can read, wherever the module was built.
    $module = "$LxcPath/.module"
    Copy-Item (Split-Path $env:LXCPS_MODULE) $module -Recurse
    & chmod '-R' 'a+rX' $module
    $userHome = "$LxcPath/.home"
    [void] [IO.Directory]::CreateDirectory($userHome)
    & chown 65534:65534 $userHome
    $asNobody = @('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'env', "HOME=$userHome", 'XDG_RUNTIME_DIR=', 'NO_COLOR=1')

    function Invoke-AsNobody {
        # Runs a script in a session of a user without any right; what it writes.
        param([string] $Script)
        $start = [Diagnostics.ProcessStartInfo]::new($asNobody[0])
        foreach ($argument in @($asNobody | Select-Object -Skip 1) + $Shell + '-NoProfile', '-NonInteractive', '-Command',
            "Import-Module '$module/LxcPS.psd1'; `$PSDefaultParameterValues['*-Lxc*:LxcPath'] = '$LxcPath'; $Script") {
            $start.ArgumentList.Add($argument)
        }

        $start.RedirectStandardOutput = $true
        $process = [Diagnostics.Process]::Start($start)
        $process.StandardOutput.ReadToEnd() -split '\r?\n' | Where-Object { $_ }
        $process.WaitForExit()
        $process.Dispose()
    }
}

AfterAll {
    & rm '-rf' $module $userHome
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'A user without privileges' -Skip:$noSetpriv {
    BeforeAll {
        $commands = [ordered]@{
            'Start'     = "Start-LxcContainer $stopped"
            'Stop'      = "Stop-LxcContainer $running -Timeout 1"
            'Kill'      = "Stop-LxcContainer $running -Kill"
            'Restart'   = "Restart-LxcContainer $running"
            'Suspend'   = "Suspend-LxcContainer $running"
            'Invoke'    = "Invoke-LxcCommand $running true"
            'SetCgroup' = "Set-LxcCgroup $running -Pids 5"
            'AddDevice' = "Add-LxcDevice $running /dev/zero -Target /dev/other"
            'Set'       = "Set-LxcContainer $stopped -AutoStart `$true"
            'Rename'    = "Rename-LxcContainer $stopped new-$Unique"
            'Remove'    = "Remove-LxcContainer $stopped -Force"
            'Force'     = "Remove-LxcContainer $running -Force"
            'New'       = "New-LxcContainer new-$Unique -Template Busybox"
        }
        $script = foreach ($key in $commands.Keys) {
            "`$e = `$null; $($commands[$key]) -ErrorAction SilentlyContinue -ErrorVariable e; foreach (`$x in `$e) { '$key|' + `$x.FullyQualifiedErrorId + '|' + `$x.CategoryInfo.Category + '|' + `$x.TargetObject + '|' + `$x.ErrorDetails.RecommendedAction }"
        }
        $lines = @(Invoke-AsNobody ($script -join "`n"))
    }

    It 'is told that the right is missing by <_>' -ForEach 'Start', 'Stop', 'Kill', 'Restart', 'Suspend', 'Invoke', 'SetCgroup', 'AddDevice', 'Set', 'Rename', 'Remove', 'Force', 'New' {
        $command = $_
        $mine = @($lines | Where-Object { $_.Split('|')[0] -eq $command })
        $mine | Should -HaveCount 1 -Because ($lines -join "`n")
        $fields = $mine[0].Split('|')
        $fields[1] | Should -BeLike 'PermissionDenied,*'
        $fields[2] | Should -Be 'PermissionDenied'
        $fields[3] | Should -Match $Unique
        $fields[4] | Should -Not -BeNullOrEmpty
    }

    It 'has changed nothing' {
        (Get-LxcContainer $running).State | Should -Be 'Running'
        (Get-LxcContainer $stopped).State | Should -Be 'Stopped'
        (Get-LxcContainer $stopped).AutoStart | Should -BeFalse
        (Get-LxcCgroup $running).Pids | Should -Be $null
        Get-LxcContainer "new-*$Unique" | Should -BeNullOrEmpty
    }

    It 'gets no answer from the monitor, whatever it asks' {
        # The command socket has no owner in the file system: the monitor itself must know whom it serves. 2 is Stop, 4 the init's pid.
        $script = @"
foreach (`$command in 0..26) {
    `$socket = [Net.Sockets.Socket]::new('Unix', 'Stream', 'Unspecified')
    `$socket.Connect([Net.Sockets.UnixDomainSocketEndPoint]::new("``0$LxcPath/$running/command"))
    `$request = [BitConverter]::GetBytes(`$command) + [byte[]]::new(12)
    try {
        [void] `$socket.Send([byte[]] `$request)
        `$socket.ReceiveTimeout = 5000
        `$answer = [byte[]]::new(64)
        `$length = `$socket.Receive(`$answer)
        "`$command `$length `$([BitConverter]::ToInt32(`$answer, 0)) `$([BitConverter]::ToInt64(`$answer, 8))"
    }
    catch { "`$command refused" }
    `$socket.Dispose()
}
"@
        $answers = @(Invoke-AsNobody $script)
        $answers | Should -HaveCount 27
        $answers | Where-Object { $_ -notmatch '^\d+ (refused|16 -1 0)$' } | Should -BeNullOrEmpty
        (Get-LxcContainer $running).State | Should -Be 'Running'
    }

    It 'cannot keep others from the monitor by holding connections' {
        $start = [Diagnostics.ProcessStartInfo]::new($asNobody[0])
        foreach ($argument in @($asNobody | Select-Object -Skip 1) + $Shell + '-NoProfile', '-NonInteractive', '-Command', @"
`$sockets = foreach (`$i in 1..600) {
    `$socket = [Net.Sockets.Socket]::new('Unix', 'Stream', 'Unspecified')
    try { `$socket.Connect([Net.Sockets.UnixDomainSocketEndPoint]::new("``0$LxcPath/$running/command")) } catch { }
    `$socket
}
'held'
[void] [Console]::In.ReadLine()
"@) {
            $start.ArgumentList.Add($argument)
        }

        $start.RedirectStandardInput = $true
        $start.RedirectStandardOutput = $true
        $process = [Diagnostics.Process]::Start($start)
        try {
            $process.StandardOutput.ReadLine() | Should -Be 'held'
            $watch = [Diagnostics.Stopwatch]::StartNew()
            (Get-LxcContainer $running).ProcessId | Should -BeGreaterThan 0
            Invoke-LxcCommand $running echo served | Should -Be 'served'
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        }
        finally {
            $process.Kill()
            $process.WaitForExit()
            $process.Dispose()
        }
    }

    It 'cannot pass for the monitor of a stopped container' {
        # Who has the name of the socket could name any process as the container's init, for root to signal and to enter.
        $start = [Diagnostics.ProcessStartInfo]::new($asNobody[0])
        foreach ($argument in @($asNobody | Select-Object -Skip 1) + $Shell + '-NoProfile', '-NonInteractive', '-Command', @"
`$socket = [Net.Sockets.Socket]::new('Unix', 'Stream', 'Unspecified')
`$socket.Bind([Net.Sockets.UnixDomainSocketEndPoint]::new("``0$LxcPath/$stopped/command"))
`$socket.Listen(100)
'listening'
while (`$true) {
    `$client = `$socket.Accept()
    `$request = [byte[]]::new(256)
    [void] `$client.Receive(`$request)
    # RUNNING, and the process id of this test's session as the init's.
    `$word = switch ([BitConverter]::ToInt32(`$request, 0)) { 3 { 2 } 4 { $PID } default { 0 } }
    [void] `$client.Send([byte[]] ([byte[]]::new(8) + [BitConverter]::GetBytes([long] `$word)))
    `$client.Dispose()
}
"@) {
            $start.ArgumentList.Add($argument)
        }

        $start.RedirectStandardOutput = $true
        $process = [Diagnostics.Process]::Start($start)
        try {
            $process.StandardOutput.ReadLine() | Should -Be 'listening'
            $container = Get-LxcContainer $stopped
            $container.State | Should -Be 'Stopped'
            $container.ProcessId | Should -Be $null
            Invoke-LxcCommand $stopped true -ErrorAction SilentlyContinue -ErrorVariable problems
            $problems[0].FullyQualifiedErrorId | Should -BeLike 'ContainerNotRunning,*'
            Stop-LxcContainer $stopped -Timeout 1 -ErrorAction Stop
            Start-LxcContainer $stopped -ErrorAction SilentlyContinue -ErrorVariable problems
            $problems.Count | Should -Be 1
            $problems[0].FullyQualifiedErrorId | Should -BeLike 'MonitorFailed,*'
            $problems[0].ErrorDetails.Message | Should -Match "process $($process.Id) of user 65534"
        }
        finally {
            $process.Kill()
            $process.WaitForExit()
            $process.Dispose()
        }

        Start-LxcContainer $stopped -ErrorAction Stop
        Stop-LxcContainer $stopped -Kill
    }
}

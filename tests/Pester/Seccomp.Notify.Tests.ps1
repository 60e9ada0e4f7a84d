# System calls that a policy leaves to a proxy: lxc.seccomp.notify.*, on real containers and with proxies of several characters.
BeforeDiscovery {
    $hasLxc = [bool] (Get-Command lxc-attach -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1

    function Start-Proxy {
        # Answers by the script, which gets the message as bytes and gives the answer's; $null is no answer at all.
        param([string] $Path, [scriptblock] $Answer)
        $seen = [Collections.ArrayList]::Synchronized([Collections.ArrayList]::new())
        $socket = [Net.Sockets.Socket]::new('Unix', 'Seqpacket', 'Unspecified')
        $socket.Bind([Net.Sockets.UnixDomainSocketEndPoint]::new($Path))
        $socket.Listen(8)
        $shell = [powershell]::Create()
        [void] $shell.AddScript({
            param($Socket, $Seen, $Answer)
            $script = [scriptblock]::Create($Answer)
            $buffer = [byte[]]::new(4096)
            while ($true) {
                try { $connection = $Socket.Accept() } catch { return }
                while (($count = $(try { $connection.Receive($buffer) } catch { 0 })) -gt 0) {
                    $message = [byte[]]($buffer[0..($count - 1)])
                    [void] $Seen.Add($message)
                    $reply = & $script $message
                    if ($null -ne $reply) { [void] $connection.Send([byte[]] $reply) }
                }
                $connection.Dispose()
            }
        }).AddArgument($socket).AddArgument($seen).AddArgument($Answer.ToString())
        $running = $shell.BeginInvoke()
        [pscustomobject]@{ Seen = $seen; Socket = $socket; Shell = $shell; Running = $running }
    }

    function Stop-Proxy {
        param($Proxy)
        $Proxy.Socket.Dispose()
        $Proxy.Shell.Stop()
        $Proxy.Shell.Dispose()
    }

    # 87 (EUSERS) is an errno that the kernel gives no such call.
    $refuse = { param($m) [BitConverter]::GetBytes([int] -87).CopyTo($m, 128); $m[0..135] }
    $policy = Join-Path $LxcPath 'notify.seccomp'
    [IO.File]::WriteAllText($policy, "2`ndenylist`n[all]`nsethostname notify`n")
    $path = Join-Path $LxcPath 'proxy'
    $config = @{ 'lxc.seccomp.profile' = $policy; 'lxc.seccomp.notify.proxy' = "unix:$path"; 'lxc.seccomp.notify.cookie' = 'biscuit' }
    $name = "notify-$Unique"
    [void] (New-TestContainer $name -Config $config)
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'A policy that leaves calls to a proxy' {
    BeforeEach { $proxy = $null }
    AfterEach {
        Stop-LxcContainer $name -Kill -ErrorAction Ignore
        if ($proxy) { Stop-Proxy $proxy }
        Remove-Item $path -ErrorAction Ignore
    }

    # keys: lxc.seccomp.profile lxc.seccomp.notify.proxy lxc.seccomp.notify.cookie
    It 'has the proxy answer for what init calls, and tells it who asks' {
        $proxy = Start-Proxy $path $refuse
        $warnings = @()
        $output = Start-LxcContainer $name -Command sh -ArgumentList '-c', 'hostname other 2>&1; hostname' -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $output[0] | Should -BeLike '*sethostname*Too many users*'
        $output[1] | Should -Be $name
        $proxy.Seen | Should -HaveCount 1
        $message = [byte[]] $proxy.Seen[0]
        [BitConverter]::ToUInt64($message, 0) | Should -Be 0
        [BitConverter]::ToInt32($message, 8) | Should -BeGreaterThan 1
        [BitConverter]::ToInt32($message, 12) | Should -BeGreaterThan ([BitConverter]::ToInt32($message, 8))
        [BitConverter]::ToUInt16($message, 16), [BitConverter]::ToUInt16($message, 18), [BitConverter]::ToUInt16($message, 20) | Should -Be 80, 24, 64
        [BitConverter]::ToUInt64($message, 24) | Should -Be 7
        [BitConverter]::ToUInt64($message, 32) | Should -Be ([BitConverter]::ToUInt64($message, 112))
        [Text.Encoding]::UTF8.GetString($message, 136, $message.Length - 136) | Should -Be 'biscuit'
    }

    It 'has the proxy answer for programs that enter as well' {
        $proxy = Start-Proxy $path $refuse
        Start-LxcContainer $name
        $result = Invoke-LxcCommand $name sh -ArgumentList '-c', 'hostname other 2>&1; hostname' -PassThru
        $result.Output[0] | Should -BeLike '*Too many users*'
        $proxy.Seen | Should -HaveCount 1
        # The filter's end is seen, and its descriptor closed.
        1..3 | ForEach-Object { [void] (Invoke-LxcCommand $name true) }
        Start-Sleep -Milliseconds 200
        $monitor = Get-Monitor $name
        [BitConverter]::ToInt32([byte[]] $proxy.Seen[0], 8) | Should -Be $monitor.Keeper
        @([IO.Directory]::GetFiles("/proc/$($monitor.Watcher)/fd") | Where-Object { [IO.File]::ResolveLinkTarget($_, $false).Name -like '*seccomp notify*' }) |
            Should -HaveCount 1
    }

    It 'lets a call go on where the proxy says so' {
        $proxy = Start-Proxy $path { param($m) [BitConverter]::GetBytes([int] 1).CopyTo($m, 132); $m[0..135] }
        Start-LxcContainer $name -Command sh -ArgumentList '-c', 'hostname other && hostname' | Should -Be 'other'
    }

    It 'answers ENOSYS, with a warning at the start, where no proxy listens' {
        $output = Start-LxcContainer $name -Command sh -ArgumentList '-c', 'hostname other 2>&1; echo on' -WarningVariable warnings -WarningAction SilentlyContinue
        $output[0] | Should -BeLike '*Function not implemented*'
        $output[1] | Should -Be 'on'
        "$warnings" | Should -BeLike '*nobody listens*ENOSYS*'
    }

    It 'asks a proxy that comes after the start' {
        Start-LxcContainer $name -WarningAction SilentlyContinue
        (Invoke-LxcCommand $name sh -ArgumentList '-c', 'hostname other 2>&1' -PassThru).Output | Should -BeLike '*Function not implemented*'
        $proxy = Start-Proxy $path $refuse
        (Invoke-LxcCommand $name sh -ArgumentList '-c', 'hostname other 2>&1' -PassThru).Output | Should -BeLike '*Too many users*'
    }

    It 'answers ENOSYS for a proxy that <Case>' -ForEach @(
        @{ Case = 'goes away'; Answer = { $connection.Dispose() } }
        @{ Case = 'says too little'; Answer = { param($m) $m[0..100] } }
        @{ Case = 'sends the message back with its cookie'; Answer = { param($m) $m } }
        @{ Case = 'fills in what is reserved'; Answer = { param($m) $m[0] = 1; $m[0..135] } }
        @{ Case = 'contradicts itself'; Answer = { param($m) [BitConverter]::GetBytes([int] -1).CopyTo($m, 128); $m[132] = 1; $m[0..135] } }
    ) {
        $proxy = Start-Proxy $path $Answer
        Start-LxcContainer $name -Command sh -ArgumentList '-c', 'hostname other 2>&1' | Should -BeLike '*Function not implemented*'
    }

    It 'gives the listener of init''s filter to who asks for it as LXC does' {
        Start-LxcContainer $name -WarningAction SilentlyContinue
        $listener = [LxcPS.Engine.Protocol.ControlClient]::GetSeccompListener($LxcPath, $name)
        try {
            $listener | Should -BeGreaterOrEqual 0
            [IO.FileInfo]::new("/proc/self/fd/$listener").LinkTarget | Should -BeLike '*seccomp notify*'
        }
        finally {
            [LxcPS.Native.Descriptors]::Close($listener)
        }
    }

    It 'takes no descriptor for a listener that is none' {
        Start-LxcContainer $name -WarningAction SilentlyContinue
        $file = [IO.File]::OpenRead('/proc/self/status')
        [LxcPS.Engine.Protocol.ControlClient]::AddSeccompListener($LxcPath, $name, [int] $file.SafeFileHandle.DangerousGetHandle()) | Should -BeFalse
        $file.Dispose()
        $pipe = [LxcPS.Native.Descriptors]::Pipe($false)
        [void] [LxcPS.Engine.Protocol.ControlClient]::AddSeccompListener($LxcPath, $name, $pipe.Item1)
        [void] [LxcPS.Native.Descriptors]::Write($pipe.Item2, [byte[]](1, 2, 3))
        [LxcPS.Native.Descriptors]::Close($pipe.Item2)
        [LxcPS.Native.Descriptors]::Close($pipe.Item1)
        Invoke-LxcCommand $name echo -ArgumentList alive | Should -Be alive
    }

    It 'answers for what lxc-attach brings in' -Skip:(-not $hasLxc) {
        $proxy = Start-Proxy $path $refuse
        Start-LxcContainer $name
        (lxc-attach -P $LxcPath -n $name -- sh -c 'hostname other 2>&1') | Should -BeLike '*Too many users*'
        $proxy.Seen | Should -HaveCount 1
    }

    It 'serves everybody else while a proxy is silent, and stops at once' {
        $proxy = Start-Proxy $path { $null }
        Start-LxcContainer $name
        # More than the proxy is given at one time.
        [void] (Invoke-LxcCommand $name sh -ArgumentList '-c', 'for i in $(seq 100); do (hostname other >/dev/null 2>&1 </dev/null &) ; done')
        $clock = [Diagnostics.Stopwatch]::StartNew()
        (Get-LxcContainer $name).State | Should -Be 'Running'
        Invoke-LxcCommand $name hostname | Should -Be $name
        $proxy.Seen.Count | Should -BeLessOrEqual 64
        Stop-LxcContainer $name -Kill
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 10
    }
}

Describe 'Policies with notify' {
    It 'names file, line and word where <Word> is left to a proxy' -ForEach @(
        @{ Word = 'sendmsg'; Text = "2`ndenylist`nsendmsg notify`n"; Line = 3 }
        @{ Word = 'notify'; Text = "2`nallowlist notify`n"; Line = 2 }
    ) {
        $bad = "bad-$Unique"
        [IO.File]::WriteAllText("$LxcPath/bad.seccomp", $Text)
        [void] (New-TestContainer $bad -Config @{ 'lxc.seccomp.profile' = "$LxcPath/bad.seccomp" })
        { Start-LxcContainer $bad } | Should -Throw -ErrorId 'ConfigSyntax,*' -ExpectedMessage "*bad.seccomp*line $Line*'$Word'*"
        Remove-LxcContainer $bad -Force
    }

    # keys: lxc.seccomp.allow_nesting
    It 'are left out where another is in force and lxc.seccomp.allow_nesting is 0' {
        # This session is under none, so the policy is in force with either value.
        $nest = "nest-$Unique"
        [IO.File]::WriteAllText("$LxcPath/nest.seccomp", "2`ndenylist`n[all]`nsethostname errno 87`n")
        [void] (New-TestContainer $nest -Config @{ 'lxc.seccomp.profile' = "$LxcPath/nest.seccomp"; 'lxc.seccomp.allow_nesting' = '0' })
        $expected = if ((Get-Content /proc/self/status) -match '^Seccomp:\s+0') { '*Too many users*' } else { $null }
        Start-LxcContainer $nest -Command sh -ArgumentList '-c', 'hostname other 2>&1' | Should -BeLike $expected
        Remove-LxcContainer $nest -Force
    }
}

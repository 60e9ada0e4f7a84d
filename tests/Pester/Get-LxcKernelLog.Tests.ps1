# Containers with a kernel log of their own: -IsolateKernelLog, /dev/kmsg and syslog(2) inside, Get-LxcKernelLog outside.
BeforeDiscovery {
    $isX64 = [Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture -eq 'X64'
    $hasPerl = $isX64 -and (Test-Path /usr/bin/perl)
    $hasDmesg = Test-Path /usr/bin/dmesg, /bin/dmesg -PathType Leaf | Where-Object { $_ } | Select-Object -First 1
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    $name = "log-$Unique"
    $plain = "plain-$Unique"
    [void] (New-LxcContainer $name -Template Busybox -IsolateKernelLog)
    [void] (New-TestContainer $plain)
    Start-LxcContainer $name, $plain

    function Invoke-Shell {
        param([string] $Script, [string] $Container = $name, [string] $User)
        $more = if ($User) { @{ User = $User } } else { @{} }
        Invoke-LxcCommand $Container sh -ArgumentList '-c', $Script @more
    }

    function Clear-Log { Invoke-Shell 'dmesg -c >/dev/null' }

    function Wait-Message {
        # What is written to /dev/kmsg reaches the log a moment later.
        param([string] $Text, [string] $Container = $name)
        Wait-Until { (Get-LxcKernelLog $Container).Message -contains $Text } | Should -BeTrue
    }
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'A kernel log of its own' {
    It 'takes what is written to /dev/kmsg, and gives it to dmesg and as objects' {
        Invoke-Shell 'echo "<6>first" > /dev/kmsg; echo "<27>second" > /dev/kmsg; echo third > /dev/kmsg; printf "<3>no end" > /dev/kmsg'
        Wait-Message 'no end'
        $entries = Get-LxcKernelLog $name
        $entries | ForEach-Object { $_ | Should -BeOfType LxcPS.LxcKernelLogEntry }
        $entries.Message | Should -Be first, second, third, 'no end'
        $entries.Level | Should -Be Information, Error, Warning, Error
        $entries.Facility | Should -Be User, Daemon, User, User
        $entries[0].Name, $entries[0].LxcPath | Should -Be $name, $LxcPath
        ([datetime]::Now - $entries[0].Time).TotalSeconds | Should -BeLessThan 60
        $entries.Sequence | Should -Be (0..3)
        $lines = Invoke-Shell 'dmesg'
        $lines | Should -HaveCount 4
        $lines[0] | Should -Match '^\[ *\d+\.\d{6}\] first$'
    }

    It 'is the container''s alone: nothing of the host, and nothing in the host''s' {
        $mark = "mark-$Unique"
        Invoke-Shell "echo $mark > /dev/kmsg"
        Wait-Message $mark
        Invoke-Shell 'dmesg' | Should -Not -Match 'Linux version'
        $theirs = try { & dmesg 2>$null } catch { }
        "$theirs" | Should -Not -Match $mark
        Invoke-Shell 'cat /proc/kmsg 2>/dev/null; echo $?' | Should -Be 1
    }

    It 'is cleared and sized by root of the container, and read by others' {
        Clear-Log
        Invoke-Shell 'dmesg' | Should -BeNullOrEmpty
        Invoke-Shell 'echo after > /dev/kmsg'
        Wait-Message 'after'
        Invoke-Shell 'dmesg' | Should -Match 'after$'
        Invoke-Shell 'dmesg' -User nobody | Should -Match 'after$'
        Invoke-Shell 'dmesg -c >/dev/null 2>&1; echo $?' -User nobody | Should -Be 1
        Invoke-Shell '(echo forged > /dev/kmsg) 2>/dev/null' -User nobody
        Invoke-Shell 'dmesg' | Should -HaveCount 1
        Invoke-Shell 'dmesg -n 3; echo $?; dmesg -n 9 2>/dev/null; echo $?' | Should -Be 0, 1
    }

    It 'lets klogd wait for messages, and takes it out of the wait by a signal' {
        Invoke-Shell '(klogd -n >/tmp/klogd 2>&1 & echo $! >/tmp/pid); sleep 0.2; kill -0 $(cat /tmp/pid) && echo waits' | Should -Be waits
        Invoke-Shell 'echo wake > /dev/kmsg; sleep 0.2; kill $(cat /tmp/pid); sleep 0.2; kill -0 $(cat /tmp/pid) 2>/dev/null || echo ended' | Should -Be ended
        (Get-LxcKernelLog $name).Message | Should -Contain wake
    }

    It 'is bounded, whatever is written' {
        Invoke-Shell 'i=0; while [ $i -lt 3000 ]; do echo "<6>line $i of a container that has a lot to say" ; i=$((i+1)); done > /dev/kmsg; head -c 300000 /dev/zero | tr "\0" x > /dev/kmsg; echo > /dev/kmsg'
        Invoke-Shell 'echo last > /dev/kmsg'
        Wait-Message 'last'
        $entries = Get-LxcKernelLog $name
        ($entries.Message | Measure-Object Length -Sum).Sum | Should -BeLessThan 65536
        $entries[0].Sequence | Should -BeGreaterThan 1000
        $entries.Message | ForEach-Object Length | Measure-Object -Maximum | ForEach-Object Maximum | Should -BeLessOrEqual 1000
        (Invoke-Shell 'dmesg')[-1] | Should -Match 'last$'
        Clear-Log
    }

    It 'cannot move the terminal of who reads it' {
        Invoke-Shell 'printf "<6>\033[2Jred\a\n" > /dev/kmsg'
        Wait-Message '\x1b[2Jred\x07'
    }

    It 'is new after a restart, as the machine''s is' {
        Invoke-Shell 'echo old > /dev/kmsg'
        Wait-Message 'old'
        Restart-LxcContainer $name -Kill
        (Get-LxcKernelLog $name).Message | Should -Not -Contain old
    }

    It 'has a table, and takes containers of the pipeline' {
        Invoke-Shell 'echo "<3>shown" > /dev/kmsg'
        Wait-Message 'shown'
        Get-LxcContainer $name | Get-LxcKernelLog | Out-String | Should -Match "$name\s+Error\s+User\s+shown"
        ([pscustomobject]@{ Name = $name } | Get-LxcKernelLog).Message | Should -Contain shown
    }

    It 'writes <Id> for <Case>' -ForEach @(
        @{ Case = 'a container without one'; Id = 'KernelLogMissing'; Container = { $plain }; Category = 'InvalidOperation' }
        @{ Case = 'a container that does not run'; Id = 'ContainerNotRunning'; Container = { $stopped = "stopped-$Unique"; [void] (New-LxcContainer $stopped -Template Busybox -IsolateKernelLog); $stopped }; Category = 'InvalidOperation' }
        @{ Case = 'a container that is not there'; Id = 'ContainerNotFound'; Container = { 'missing' }; Category = 'ObjectNotFound' }
        @{ Case = 'a name that is none'; Id = 'InvalidName'; Container = { 'a/b' }; Category = 'InvalidArgument' }
    ) {
        $container = & $Container
        $found = Get-LxcKernelLog $container, $name -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures | Should -HaveCount 1
        $failures[0].FullyQualifiedErrorId | Should -Be "$Id,LxcPS.Commands.GetLxcKernelLogCommand"
        $failures[0].CategoryInfo.Category | Should -Be $Category
        $failures[0].TargetObject | Should -Be $container
        $failures[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $found | Should -Not -BeNullOrEmpty
    }
}

Describe '-IsolateKernelLog' {
    It 'is off where it is not asked for' {
        [IO.File]::ReadAllText((Get-LxcContainer $plain).ConfigPath) | Should -Not -Match '(?m)^lxcps'
        Invoke-LxcCommand $plain sh -ArgumentList '-c', 'ls /dev/kmsg 2>/dev/null; dmesg 2>/dev/null | wc -l' | Should -Be 0
        (Get-LxcSeccomp $plain).IsolateKernelLog | Should -BeFalse
    }

    # keys: lxcps.kernel_log.isolate
    It 'is set and taken away for the next start' {
        $other = "other-$Unique"
        [void] (New-TestContainer $other)
        Set-LxcContainer $other -IsolateKernelLog
        [IO.File]::ReadAllLines((Get-LxcContainer $other).ConfigPath) | Should -Contain 'lxcps.kernel_log.isolate = 1'
        (Get-LxcSeccomp $other).IsolateKernelLog | Should -BeTrue
        Start-LxcContainer $other -Command sh -ArgumentList '-c', 'echo "<6>x" > /dev/kmsg; sleep 0.2; dmesg' | Should -Match 'x$'
        Set-LxcContainer $other -IsolateKernelLog:$false
        [IO.File]::ReadAllText((Get-LxcContainer $other).ConfigPath) | Should -Not -Match '(?m)^lxcps'
        Set-LxcContainer $other -IsolateKernelLog -WhatIf
        (Get-LxcSeccomp $other).IsolateKernelLog | Should -BeFalse
        Remove-LxcContainer $other -Force
    }

    It 'needs no policy' {
        $other = "free-$Unique"
        [void] (New-TestContainer $other -Config @{ 'lxcps.kernel_log.isolate' = '1'; 'lxc.seccomp.profile' = '' })
        Start-LxcContainer $other -Command sh -ArgumentList '-c', 'echo "<6>x" > /dev/kmsg; sleep 0.2; dmesg' | Should -Match 'x$'
        Remove-LxcContainer $other -Force
    }

    It 'isolates a privileged container as well' {
        $other = "root-$Unique"
        [void] (New-LxcContainer $other -Template Busybox -IsolateKernelLog -Privileged)
        $output = Start-LxcContainer $other -Command sh -ArgumentList '-c', 'echo "<6>x" > /dev/kmsg; sleep 0.2; dmesg; wc -c < /proc/kmsg'
        $output | Should -HaveCount 2
        $output[0] | Should -Match 'x$'
        $output[1] | Should -Be 0
        Remove-LxcContainer $other -Force
    }

    It 'serves util-linux'' dmesg' -Skip:(-not $hasDmesg) {
        $other = "host-$Unique"
        [void] (New-LxcContainer $other -Template Host -IsolateKernelLog)
        $output = Start-LxcContainer $other -Command sh -ArgumentList '-c', 'echo "<30>ready" > /dev/kmsg; sleep 0.2; dmesg -x; dmesg -C; dmesg'
        $output | Should -HaveCount 1
        $output | Should -Match '^daemon:info +: \[ *\d+\.\d+\] ready$'
        Remove-LxcContainer $other -Force
    }
}

Describe 'A hostile container' -Skip:(-not $hasPerl) {
    BeforeAll {
        $hostile = "hostile-$Unique"
        [void] (New-LxcContainer $hostile -Template Host -IsolateKernelLog -Privileged)
        # Prints the errno of syslog(type, address, room).
        $ask = 'sub ask { my $r = syscall(103, $_[0], $_[1], $_[2]); print $r < 0 ? 0 + $! : "ok $r", "\n"; } $| = 1;'
    }

    It 'gets the errno that syslog(2) gives for what it may not do' {
        $code = $ask + 'open K, ">", "/dev/kmsg"; syswrite K, "<6>hello\n"; select undef, undef, undef, 0.3; my $b = "\0" x 4096;' +
            'ask(3, 1, 100); ask(3, 0, 100); ask(3, 0x7fffffffffff0000, 100); ask(3, -1, 100); ask(99, 0, 0); ask(-1, 0, 0); ask(8, 0, 9); ask(3, $b, -1); ask(3, $b, 0); ask(10, 0, 0);'
        Start-LxcContainer $hostile -Command perl -ArgumentList '-e', $code | Should -Be 14, 22, 14, 14, 22, 22, 22, 22, 'ok 0', 'ok 65536'
    }

    It 'cannot hold the monitor up with a page that never comes' {
        # A file system of the container's own, which is one file and answers all but reads; its page is the buffer.
        $code = $ask + @'
            open K, ">", "/dev/kmsg"; syswrite K, "<6>hello\n"; select undef, undef, undef, 0.3;
            my ($device, $path, $type) = ("/tmp/fuse", "/tmp/f", "fuse"); syscall(259, -100, $device, 0020600, 10 << 8 | 229); open F, "+<", "/tmp/fuse" or (print "no fuse\n"), exit; open T, ">", "/tmp/f"; close T;
            my $options = "fd=" . fileno(F) . ",rootmode=100000,user_id=0,group_id=0";
            syscall(165, $type, $path, $type, 0, $options) == 0 or (print "no fuse: $!\n"), exit;
            my $server = fork; if (!$server) {
                while (sysread F, my $in, 135168) {
                    my ($length, $code, $id) = unpack "LLQ", $in;
                    my $out = $code == 26 ? pack("LLLLSSLLSSL8", 7, 31, 65536, 0, 12, 9, 4096, 1, 0, 0, (0) x 8)
                        : $code == 3 ? pack("QLLQ6L10", 60, 0, 0, 1, 4096, 8, 0, 0, 0, 0, 0, 0, 0100600, 1, 0, 0, 0, 4096, 0) : $code == 14 ? pack("QLL", 0, 0, 0) : "";
                    syswrite F, pack("LlQ", 16 + length $out, 0, $id) . $out if $code != 15;
                }
                exit;
            }
            # Whoever holds the device and a file on it waits for itself at its end.
            close F;
            my @s = stat "/tmp/f"; my $file = syscall(257, -100, $path, 2, 0); my $a = syscall(9, 0, 4096, 3, 2, $file, 0); print "size $s[7]\n";
            for (1..11) { fork or do { ask(3, $a, 100); exit } } ask(3, $a, 100); for (1..11) { wait } print "end\n"; select undef, undef, undef, 60;
'@
        $running = Start-LxcContainer $hostile -PassThru
        $job = [powershell]::Create()
        [void] $job.AddScript('param($Module, $Path, $Name, $Code) Import-Module $Module; Invoke-LxcCommand $Name perl -ArgumentList "-e", $Code -LxcPath $Path')
        [void] $job.AddArgument($env:LXCPS_MODULE).AddArgument($LxcPath).AddArgument($hostile).AddArgument($code)
        $output = [Management.Automation.PSDataCollection[psobject]]::new()
        $clock = [Diagnostics.Stopwatch]::StartNew()
        $handle = $job.BeginInvoke([Management.Automation.PSDataCollection[psobject]]::new(), $output)
        try {
            Wait-Until { $output.Count -gt 0 } | Should -BeTrue
            if ("$($output[0])" -like 'no fuse*') { Set-ItResult -Skipped -Because $output[0]; return }
            "$($output[0])" | Should -Be 'size 4096'
            while ($output.Count -lt 14 -and $clock.Elapsed.TotalSeconds -lt 20) {
                # The monitor answers others all the while.
                $ask = [Diagnostics.Stopwatch]::StartNew()
                (Get-LxcContainer $hostile).State | Should -Be Running
                (Get-LxcKernelLog $hostile).Message | Should -Contain hello
                $ask.Elapsed.TotalSeconds | Should -BeLessThan 1.5
                Start-Sleep -Milliseconds 100
            }

            # By index: to enumerate it is to wait for its end.
            $answers = 0..($output.Count - 1) | ForEach-Object { "$($output[$_])" }
            $answers | Should -HaveCount 14
            # EFAULT after a while, and EBUSY at once where too many are held up.
            @($answers -eq '14') | Should -HaveCount 8
            @($answers -eq '16') | Should -HaveCount 4
            # Nor does what is held up keep the container's name, or its end.
            $clock.Restart()
            Stop-LxcContainer $hostile -Kill
            Start-LxcContainer $hostile
            Stop-LxcContainer $hostile -Kill
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 10
        }
        finally {
            Stop-LxcContainer $hostile -Kill -ErrorAction Ignore
            try { [void] $job.EndInvoke($handle) } catch { }
            $job.Dispose()
        }
    }

    It 'cannot act on the log through a user namespace that a user of it made' {
        $output = Start-LxcContainer $hostile -Command sh -ArgumentList '-c',
            'echo "<6>kept" > /dev/kmsg; sleep 0.2; setpriv --reuid 65534 --clear-groups unshare -Ur dmesg -C 2>&1; dmesg'
        $output[-1] | Should -Match 'kept$'
    }
}

# Every key of the table on a real container. A comment '# keys: ...' above an It, here and in the other files, names those whose effect it shows.
BeforeDiscovery {
    $architecture = "$([Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture)"
    $noLow = $architecture -ne 'X64'
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/Protocol.ps1
    $one = "one-$Unique"
    $two = "two-$Unique"
    [void] (New-TestContainer $one, $two)
    $groups = if ($isV1) { '/sys/fs/cgroup/memory' } else { '/sys/fs/cgroup' }

    function Invoke-Init {
        # What a shell that is the container's program sees.
        param([hashtable] $Config, [string] $Line)
        Start-LxcContainer $one -Config $Config -Command sh -ArgumentList '-c', $Line
    }

    function Add-Line {
        # Lines at the end of a container's configuration, in their order, which -Config does not have.
        param([string] $Name, [string[]] $Line)
        [IO.File]::AppendAllText((Get-LxcContainer $Name).ConfigPath, ($Line -join "`n") + "`n")
    }

    function Start-Trap {
        # A container whose init notes a signal and ends; ready when this returns.
        param([string] $Signal, [hashtable] $Config)
        [IO.File]::Delete("$LxcPath/$one/rootfs/tmp/told")
        [IO.File]::Delete("$LxcPath/$one/rootfs/tmp/ready")
        $line = "trap `"touch /tmp/told; exit`" $Signal; touch /tmp/ready; while :; do sleep 0.1; done"
        Start-LxcContainer $one -Config ($Config + @{ 'lxc.init.cmd' = "/bin/sh -c '$line'" })
        Wait-Until { [IO.File]::Exists("$LxcPath/$one/rootfs/tmp/ready") } | Should -BeTrue
    }

    function Get-Group {
        # The control group of a process with the limits of memory, as of either version.
        param([int] $Id)
        $line = [IO.File]::ReadAllLines("/proc/$Id/cgroup") | Where-Object { $isV1 ? ($_ -match ':([^:]*,)?memory(,[^:]*)?:') : ($_ -like '0::*') }
        ($line -split ':', 3)[2]
    }

    function Get-Device {
        # The text of an interface in a container that has these keys of device 0.
        param([hashtable] $Setting, [string] $Line)
        $config = @{ 'lxc.net.0.type' = 'veth' }
        foreach ($key in $Setting.Keys) {
            $config["lxc.net.0.$key"] = $Setting[$key]
        }

        (Invoke-Init $config $Line) -join "`n"
    }
}

AfterAll {
    Assert-NothingLeft
}

Describe 'The table of keys' {
    It 'has a test on a real container for each' {
        $keys = (Get-LxcConfigKey).Key
        $covered = @{}
        foreach ($file in [IO.Directory]::GetFiles($PSScriptRoot, '*.Tests.ps1')) {
            $lines = [IO.File]::ReadAllLines($file)
            for ($i = 0; $i -lt $lines.Length; $i++) {
                if ($lines[$i] -match '^\s*# keys: (.+)$') {
                    $names = -split $Matches[1]
                    # One on top of a file is for all of it.
                    $i -eq 0 -or $lines[$i + 1] -match '^\s*It ' | Should -BeTrue -Because "$file line $($i + 1) names what the test below it shows"
                    foreach ($name in $names) {
                        $covered[$name] = $true
                        # The test, or what is before the tests of its file, says the key: its last part where keys of an interface are put together.
                        $word = if ($name -like '*.[[]i].*') { $name.Substring('lxc.net.[i].'.Length) } elseif ($name -match '^lxc\.namespace\.share\.') { 'lxc.namespace.share.' } else { $name -replace '\.\*$', '.' -replace '\[i\]', '0' }
                        [IO.File]::ReadAllText($file).Replace("# keys: $($Matches[1])", '') | Should -BeLike "*$([WildcardPattern]::Escape($word))*" -Because "$file has a test of $name"
                    }
                }
            }
        }

        # What is no key is a pattern of several.
        $patterns = @($covered.Keys | Where-Object { $_ -notin $keys })
        $patterns | Where-Object { -not ($keys -like $_) } | Should -BeNullOrEmpty -Because 'only keys of the table are named'
        $keys | Where-Object { $key = $_; -not $covered[$key] -and -not ($patterns | Where-Object { $key -like $_ }) } | Should -BeNullOrEmpty -Because 'each key has a test'
    }

    It 'serves every key, or has a test that a start with it is refused by its name' {
        (Get-LxcConfigKey | Where-Object { "$($_.Support)" -eq 'Unserved' }).Key | Should -Be 'lxc.namespace.share.mnt'
        (Get-LxcConfigKey | Where-Object { "$($_.Support)" -eq 'Accepted' }).Key | Should -BeNullOrEmpty
    }
}

Describe 'Keys of what a container is' -Tag Vm {
    # keys: lxc.arch
    It 'lxc.arch: what programs take the machine for' -Skip:$noLow {
        Invoke-Init @{ 'lxc.arch' = 'i686' } 'uname -m' | Should -Be 'i686'
        Invoke-Init @{ 'lxc.arch' = 'amd64' } 'uname -m' | Should -Be 'x86_64'
    }

    # keys: lxc.uts.name
    It 'lxc.uts.name: the host name, which is the container''s without' {
        Invoke-Init @{ 'lxc.uts.name' = 'front.example' } 'hostname' | Should -Be 'front.example'
        Invoke-Init @{ 'lxc.uts.name' = '' } 'hostname' | Should -Be $one
    }

    # keys: lxc.idmap
    It 'lxc.idmap: the ids of the host that users have' {
        $config = @{ 'lxc.idmap' = 'u 0 700000 1000', 'g 0 800000 1000', 'u 1000 900000 5' }
        Start-LxcContainer $one -Config $config
        $init = (Get-LxcContainer $one).ProcessId
        [IO.File]::ReadAllText("/proc/$init/uid_map") -replace ' +', ' ' | Should -Be " 0 700000 1000`n 1000 900000 5`n"
        [IO.File]::ReadAllText("/proc/$init/gid_map") -replace ' +', ' ' | Should -Be " 0 800000 1000`n"
        & stat -c '%u %g' "/proc/$init" | Should -Be '700000 800000'
        Stop-LxcContainer $one -Kill
    }

    # keys: lxc.include
    It 'lxc.include: files, and the files *.conf of a directory, at their place' {
        $name = "in-$Unique"
        [void] (New-TestContainer $name)
        [void] [IO.Directory]::CreateDirectory("$LxcPath/parts")
        [IO.File]::WriteAllText("$LxcPath/part.conf", "lxc.uts.name = of-a-file`nlxc.environment = FILE=1`nlxc.environment = LATE=1`n")
        [IO.File]::WriteAllText("$LxcPath/parts/a.conf", "lxc.environment = DIRECTORY=1`n")
        [IO.File]::WriteAllText("$LxcPath/parts/b.other", "lxc.environment = OTHER=1`n")
        Add-Line $name "lxc.include = $LxcPath/part.conf", "lxc.include = $LxcPath/parts", 'lxc.environment = LATE=2'
        $seen = Start-LxcContainer $name -Command sh '-c', 'hostname; export'
        $seen[0] | Should -Be 'of-a-file'
        foreach ($variable in "FILE='1'", "DIRECTORY='1'", "LATE='2'") {
            $seen | Should -Contain "export $variable"
        }

        $seen -match 'OTHER' | Should -BeNullOrEmpty
        Remove-LxcContainer $name -Confirm:$false
        Remove-Item "$LxcPath/parts", "$LxcPath/part.conf" -Recurse
    }

    # keys: lxc.rootfs.path
    It 'lxc.rootfs.path: a directory, or an overlay of directories' {
        $name = "over-$Unique"
        $root = "$LxcPath/$two/rootfs"
        [IO.File]::WriteAllText("$root/tmp/mark", 'lower')
        [void] (New-LxcContainer $name -Template None -Privileged -Config @{ 'lxc.rootfs.path' = "dir:$root" })
        Start-LxcContainer $name -Command cat /tmp/mark | Should -Be 'lower'
        foreach ($layer in 'upper', 'olwork') {
            [void] [IO.Directory]::CreateDirectory("$LxcPath/$name/$layer")
        }

        Start-LxcContainer $name -Config @{ 'lxc.rootfs.path' = "overlay:${root}:$LxcPath/$name/upper" } -Command sh '-c', 'echo upper >/tmp/mark; cat /tmp/mark' | Should -Be 'upper'
        [IO.File]::ReadAllText("$root/tmp/mark") | Should -Be 'lower'
        [IO.File]::ReadAllText("$LxcPath/$name/upper/tmp/mark") | Should -Be "upper`n"
        (Get-Outcome { Start-LxcContainer $name -Config @{ 'lxc.rootfs.path' = "dir:$LxcPath/none" } }).Errors[0].Exception.ConfigKey | Should -Be 'lxc.rootfs.path'
        Remove-LxcContainer $name -Confirm:$false
    }

    # keys: lxc.rootfs.mount
    It 'lxc.rootfs.mount: where the root is before it is the root' {
        $place = "$LxcPath/place"
        $found = "$LxcPath/found"
        [IO.File]::WriteAllText($found, '')
        chmod 666 $found
        Invoke-Init @{ 'lxc.rootfs.mount' = $place; 'lxc.hook.mount' = "sh -c 'ls -d $place/bin >$found'" } 'true'
        [IO.File]::ReadAllText($found).Trim() | Should -Be "$place/bin"
        Remove-Item $found, $place
    }

    # keys: lxc.rootfs.managed
    It 'lxc.rootfs.managed: a root file system elsewhere stays when its container goes, whatever it says' {
        foreach ($value in '0', '1') {
            $name = "managed-$Unique"
            [void] (New-LxcContainer $name -Template None -Config @{ 'lxc.rootfs.path' = "dir:$LxcPath/$two/rootfs"; 'lxc.rootfs.managed' = $value })
            Start-LxcContainer $name -Command true
            Remove-LxcContainer $name -Confirm:$false
            [IO.File]::Exists("$LxcPath/$two/rootfs/bin/busybox") | Should -BeTrue -Because $value
            [IO.Directory]::Exists("$LxcPath/$name") | Should -BeFalse
        }
    }

    # keys: lxc.namespace.share.time
    It 'lxc.namespace.share.time: another container''s clocks' {
        Start-LxcContainer $two -Config @{ 'lxc.time.offset.boot' = '100h' }
        Start-LxcContainer $one -Config @{ 'lxc.namespace.share.user' = $two; 'lxc.namespace.share.time' = $two }
        $places = foreach ($name in $one, $two) { [IO.FileInfo]::new("/proc/$((Get-LxcContainer $name).ProcessId)/ns/time").LinkTarget }
        $places[0] | Should -Be $places[1]
        [double] (Invoke-LxcCommand $one cut '-d' ' ' '-f1' /proc/uptime) | Should -BeGreaterThan 360000
        Stop-LxcContainer $one, $two -Kill
    }
}

Describe 'Keys of how a container is run' {
    AfterEach {
        Stop-LxcContainer $one -Kill
    }

    # keys: lxc.signal.reboot
    It 'lxc.signal.reboot: what Restart-LxcContainer sends' -Tag Vm {
        # The init reboots by its own end on that signal: a restart waits for that, and starts it again.
        Start-Trap USR1 @{ 'lxc.signal.reboot' = 'SIGUSR1'; 'lxc.signal.halt' = 'SIGUSR1' }
        Restart-LxcContainer $one -Timeout 20
        [IO.File]::Exists("$LxcPath/$one/rootfs/tmp/told") | Should -BeTrue
    }

    # keys: lxc.signal.stop
    It 'lxc.signal.stop: what ends it at once' -Tag Vm {
        Start-Trap USR2 @{ 'lxc.signal.stop' = 'SIGUSR2' }
        Stop-LxcContainer $one -Kill
        [IO.File]::Exists("$LxcPath/$one/rootfs/tmp/told") | Should -BeTrue
        (Get-LxcContainer $one).State | Should -Be Stopped
    }

    # keys: lxc.execute.cmd
    It 'lxc.execute.cmd: what Start-LxcContainer -Execute runs' {
        Start-LxcContainer $one -Execute -Config @{ 'lxc.execute.cmd' = 'sh -c "echo ran with $0; exit 4" arguments' } -ErrorAction SilentlyContinue | Should -Be 'ran with arguments'
        $LASTEXITCODE | Should -Be 4
        $outcome = Get-Outcome { Start-LxcContainer $one -Execute }
        $outcome.Errors.Count | Should -Be 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeLike 'ConfigInvalidValue,*'
        $outcome.Errors[0].Exception.ConfigKey | Should -Be 'lxc.execute.cmd'
        { Start-LxcContainer $one -Execute -Command true } | Should -Throw -ErrorId 'ExecuteWithCommand,*'
    }

    # keys: lxc.start.auto lxc.start.order lxc.start.delay lxc.group
    It 'lxc.start.* and lxc.group: what the container says of itself for who starts several' {
        $name = "auto-$Unique"
        [void] (New-TestContainer $name @{ 'lxc.start.auto' = '1'; 'lxc.start.order' = '-7'; 'lxc.start.delay' = '90'; 'lxc.group' = 'web', 'db' })
        Start-LxcContainer $name
        $container = Get-LxcContainer $name
        $container.AutoStart, $container.StartOrder, $container.StartDelay | Should -Be $true, -7, ([TimeSpan]::FromSeconds(90))
        $container.Group | Should -Be 'web', 'db'
        (Get-LxcContainer -Group db).Name | Should -Be $name
        $container = Get-LxcContainer $one
        $container.AutoStart, $container.StartOrder, $container.StartDelay | Should -Be $false, 0, ([TimeSpan]::Zero)
        Remove-LxcContainer $name -Force -Confirm:$false
    }

    # keys: lxc.console.buffer.size
    It 'lxc.console.buffer.size: as much of what was said last, for who asks' -Tag Vm {
        # Read, not cleared; in the form of LXC's clients.
        $ask = { Invoke-Request $one ($Commands::ConsoleLog) ([byte[]] (@(0, 1) + @(0) * 22)) }
        Start-LxcContainer $one -Config @{ 'lxc.console.buffer.size' = '4KB'; 'lxc.console.logfile' = "$LxcPath/console.copy" }
        Invoke-LxcCommand $one sh '-c' '(head -c 9000 /dev/zero | tr "\0" x; echo said last) >/dev/console'
        Wait-Until { [IO.File]::ReadAllText("$LxcPath/console.copy").Contains('said last') } | Should -BeTrue
        $answer = & $ask
        $answer.Text.TrimEnd() | Should -BeLike 'xxx*said last'
        $answer.Length | Should -BeLessOrEqual 4096
        $answer.Length | Should -BeGreaterThan 4000
        Stop-LxcContainer $one -Kill
        Start-LxcContainer $one
        Invoke-LxcCommand $one sh '-c' 'echo said last >/dev/console'
        (& $ask).Text | Should -BeNullOrEmpty
        [IO.File]::Delete("$LxcPath/console.copy")
    }
}

Describe 'Keys without a value' {
    # keys: lxc.mount lxc.net lxc.net.[i] lxc.prlimit lxc.sysctl lxc.proc lxc.cgroup lxc.cgroup2 lxc.hook
    It 'clear what is above them' -Tag Vm {
        $name = "clear-$Unique"
        [void] (New-TestContainer $name)
        $pids = if ($isV1) { 'lxc.cgroup.pids.max' } else { 'lxc.cgroup2.pids.max' }
        Add-Line $name 'lxc.mount.entry = none mnt tmpfs size=4k 0 0', 'lxc.prlimit.nofile = 77', 'lxc.sysctl.net.ipv4.ip_forward = 1', 'lxc.proc.oom_score_adj = 99',
            "$pids = 41", 'lxc.net =', 'lxc.net.0.type = veth', 'lxc.net.0.link = nothing'
        # With them it is told apart what clears from what would be so anyway.
        (Get-Outcome { Start-LxcContainer $name }).Errors[0].Exception.ConfigKey | Should -Be 'lxc.net.0.link'
        Add-Line $name 'lxc.net.0 =', 'lxc.net.0.type = empty'
        $seen = { Start-LxcContainer $name -Command sh '-c', 'grep -c " /mnt tmpfs" /proc/mounts; ulimit -n; cat /proc/sys/net/ipv4/ip_forward /proc/self/oom_score_adj; ls /sys/class/net' }
        $before = & $seen
        $before[0, 1, 2, 3] | Should -Be '1', '77', '1', '99'
        $before | Select-Object -Skip 4 | Should -Be 'lo'
        Add-Line $name 'lxc.mount =', 'lxc.prlimit =', 'lxc.sysctl =', 'lxc.proc =', 'lxc.cgroup =', 'lxc.cgroup2 ='
        $after = & $seen
        $after[0] | Should -Be '0'
        foreach ($index in 1, 3) {
            $after[$index] | Should -Not -Be $before[$index]
        }

        Start-LxcContainer $name
        Read-Kernel pids.max pids.max $name | Should -Be 'max'
        Stop-LxcContainer $name -Kill

        # Now the keys of interfaces, and of hooks.
        Add-Line $name 'lxc.hook.pre-start = /bin/false'
        (Get-Outcome { Start-LxcContainer $name }).Errors[0].Exception.ErrorId | Should -Be HookFailed
        Add-Line $name 'lxc.hook =', 'lxc.net.1.type = veth', 'lxc.net.1.link = nothing', 'lxc.net =', 'lxc.net.0.type = empty'
        (& $seen)[-1] | Should -Be 'lo'
        Remove-LxcContainer $name -Confirm:$false
    }
}

Describe 'Keys of control groups' -Tag Vm {
    AfterEach {
        Stop-LxcContainer $one -Kill
        & find /sys/fs/cgroup -maxdepth 4 -depth -type d -path "*of-$Unique*" -exec rmdir '{}' + 2>$null
    }

    # keys: lxc.cgroup.dir
    It 'lxc.cgroup.dir: the directory that they are made in' {
        Start-LxcContainer $one -Config @{ 'lxc.cgroup.dir' = "of-$Unique/all" }
        $init = (Get-LxcContainer $one).ProcessId
        Get-Group $init | Should -Be "/of-$Unique/all/lxc.payload.$one"
        Wait-Until { (Get-Group (Get-Monitor $one).Keeper) -eq "/of-$Unique/all/lxc.monitor.$one" } | Should -BeTrue
        (Get-LxcContainer $one).MemoryUsage | Should -BeGreaterThan 0
    }

    # keys: lxc.cgroup.dir.container lxc.cgroup.dir.container.inner lxc.cgroup.dir.monitor
    It 'lxc.cgroup.dir.container, .inner and .monitor: each by its name, limits above what the container sees' {
        $pids = if ($isV1) { 'lxc.cgroup.pids.max' } else { 'lxc.cgroup2.pids.max' }
        Start-LxcContainer $one -Config @{
            'lxc.cgroup.dir.container' = "of-$Unique/payload"; 'lxc.cgroup.dir.container.inner' = 'in'; 'lxc.cgroup.dir.monitor' = "of-$Unique/monitor"; $pids = '43'
        }
        Get-Group (Get-LxcContainer $one).ProcessId | Should -Be "/of-$Unique/payload/in"
        Wait-Until { (Get-Group (Get-Monitor $one).Keeper) -eq "/of-$Unique/monitor" } | Should -BeTrue
        [IO.File]::ReadAllText("$($groups -replace 'memory$', 'pids')/of-$Unique/payload/pids.max").Trim() | Should -Be '43'
        Invoke-LxcCommand $one cat /proc/1/cgroup | Where-Object { $_ -match ':memory:|^0::' } | Should -Match ':/$'
    }

    # keys: lxc.cgroup.dir.monitor.pivot
    It 'lxc.cgroup.dir.monitor.pivot: where the monitor goes at the end' {
        $seen = "$LxcPath/seen"
        Start-LxcContainer $one -Config @{ 'lxc.cgroup.dir.monitor.pivot' = "of-$Unique/end"; 'lxc.hook.post-stop' = "sh -c 'cat /proc/self/cgroup >$seen'" }
        # It is in its own when nobody waits for the start any more; before that it has nothing to leave.
        Wait-Until { (Get-Group (Get-Monitor $one).Keeper) -eq "/lxc.monitor.$one" } | Should -BeTrue
        Stop-LxcContainer $one -Kill
        Wait-Until { [IO.File]::Exists($seen) -and [IO.File]::ReadAllText($seen) -match "of-$Unique/end/lxc\.pivot" } | Should -BeTrue -Because $(if ([IO.File]::Exists($seen)) { [IO.File]::ReadAllText($seen) } else { 'there is none' })
        [IO.File]::Delete($seen)
    }
}

Describe 'Keys of an interface' -Tag Vm {
    BeforeAll {
        $bridge = "y$Unique"
        ip link add $bridge type bridge
        ip addr add 10.218.1.1/24 dev $bridge
        ip addr add fd00:218::1/64 dev $bridge nodad
        ip link set $bridge up
    }

    AfterAll {
        ip link del $bridge
    }

    # keys: lxc.net.[i].ipv4.address lxc.net.[i].ipv6.address lxc.net.[i].ipv4.gateway lxc.net.[i].ipv6.gateway
    It 'addresses and gateways of both families: by address, of the link, and the interface itself' {
        $setting = @{ link = $bridge; flags = 'up'; 'ipv4.address' = '10.218.1.2/24 10.218.1.200', '10.218.2.2/16'; 'ipv6.address' = 'fd00:218::2/64', 'fd00:219::2/48' }
        $text = Get-Device ($setting + @{ 'ipv4.gateway' = '10.218.1.9'; 'ipv6.gateway' = 'fd00:218::9' }) 'ip addr show eth0; ip route; ip -6 route'
        $text | Should -Match 'inet 10\.218\.1\.2/24 brd 10\.218\.1\.200 '
        $text | Should -Match 'inet 10\.218\.2\.2/16 '
        $text | Should -Match 'inet6 fd00:218::2/64 '
        $text | Should -Match 'inet6 fd00:219::2/48 '
        $text | Should -Match '(?m)^default via 10\.218\.1\.9 dev eth0'
        $text | Should -Match '(?m)^default via fd00:218::9 dev eth0'
        $text = Get-Device ($setting + @{ 'ipv4.gateway' = 'auto'; 'ipv6.gateway' = 'auto' }) 'ip route; ip -6 route'
        $text | Should -Match '(?m)^default via 10\.218\.1\.1 dev eth0'
        $text | Should -Match '(?m)^default via fd00:218::1 dev eth0'
        $text = Get-Device ($setting + @{ 'ipv4.gateway' = 'dev'; 'ipv6.gateway' = 'dev' }) 'ip route; ip -6 route'
        $text | Should -Match '(?m)^default dev eth0'
        [regex]::Matches($text, '(?m)^default dev eth0').Count | Should -Be 2
    }

    # keys: lxc.net.[i].hwaddr lxc.net.[i].name lxc.net.[i].mtu lxc.net.[i].flags lxc.net.[i].link
    It 'hardware addresses with random digits, name, packet size, and down without flags' {
        $setting = @{ link = $bridge; name = 'front0'; hwaddr = '02:16:3e:xx:x5:0X'; mtu = '1380'; 'veth.pair' = "z$Unique" }
        $seen = foreach ($start in 1, 2) {
            $text = Get-Device $setting 'cat /sys/class/net/front0/address /sys/class/net/front0/mtu; ip link show front0'
            $text | Should -Match '(?m)^02:16:3e:[0-9a-f]{2}:[0-9a-f]5:0[0-9a-f]$'
            $text | Should -Match '(?m)^1380$'
            $text | Should -Not -Match '[<,]UP[,>]'
            ($text -split "`n")[0]
        }

        # Four digits: the same twice in 65,536.
        $seen[0] | Should -Not -Be $seen[1]
        Get-Device ($setting + @{ flags = 'up' }) 'ip link show front0' | Should -Match '[<,]UP[,>]'
        Start-LxcContainer $one -Config @{ 'lxc.net.0.type' = 'veth'; 'lxc.net.0.link' = $bridge; 'lxc.net.0.veth.pair' = "z$Unique" }
        [IO.FileInfo]::new("/sys/class/net/z$Unique/master").LinkTarget | Should -BeLike "*/$bridge"
        Stop-LxcContainer $one -Kill
    }

    # keys: lxc.net.[i].type
    It 'none: the host''s network; empty: an interface lo and no other' {
        Start-LxcContainer $one -Config @{ 'lxc.net.0.type' = 'none' }
        [IO.FileInfo]::new("/proc/$((Get-LxcContainer $one).ProcessId)/ns/net").LinkTarget | Should -Be ([IO.FileInfo]::new('/proc/self/ns/net').LinkTarget)
        Stop-LxcContainer $one -Kill
        Invoke-Init @{ 'lxc.net.0.type' = 'empty' } 'ls /sys/class/net' | Should -Be 'lo'
    }
}

Describe 'The log of a monitor' {
    AfterEach {
        Stop-LxcContainer $one -Kill
        Remove-Item "$LxcPath/log", "$LxcPath/$one/$one.log" -Recurse -ErrorAction Ignore
    }

    # keys: lxc.log.file lxc.log.level
    It 'has the lines of LXC''s in the file of lxc.log.file, as many as lxc.log.level asks for' -Tag Vm {
        $log = "$LxcPath/log/of/one"
        Start-LxcContainer $one -Config @{ 'lxc.log.file' = $log; 'lxc.log.level' = 'DEBUG' }
        Stop-LxcContainer $one -Kill
        Wait-Until { [IO.File]::ReadAllText($log) -match 'STOPPED' } | Should -BeTrue
        $lines = [IO.File]::ReadAllLines($log)
        $lines | Where-Object { $_ -notmatch "^lxcps-monitor $one \d{14}\.\d{3} (DEBUG|INFO |WARN |ERROR)    [\w ]+ - \S.*$" } | Should -BeNullOrEmpty
        ($lines -match ' INFO .* is [A-Z]+$' -replace '^.* is ') | Should -Be 'STARTING', 'RUNNING', 'STOPPING', 'STOPPED'
        $lines -match ' DEBUG .*lxc\.mount\.auto' | Should -Not -BeNullOrEmpty
        "$(& stat -c '%a %u' $log)" | Should -Be '640 0'

        # Appended to; errors alone, which is what there is without a level.
        Start-LxcContainer $one -Config @{ 'lxc.log.file' = $log }
        Stop-LxcContainer $one -Kill
        [IO.File]::ReadAllLines($log).Count | Should -Be $lines.Count
        $outcome = Get-Outcome { Start-LxcContainer $one -Config @{ 'lxc.log.file' = $log; 'lxc.init.cmd' = '/nothing' } }
        [IO.File]::ReadAllLines($log)[-1] | Should -Match "^lxcps-monitor $one \d{14}\.\d{3} ERROR    exec - "
        [IO.File]::ReadAllLines($log)[-1] | Should -BeLike "*$($outcome.Errors[0].Exception.Message)"
    }

    It 'is with the container where a level alone is named' {
        Start-LxcContainer $one -Config @{ 'lxc.log.level' = '2' }
        [IO.File]::ReadAllText("$LxcPath/$one/$one.log") | Should -Match 'INFO     start - The container is RUNNING'
        [IO.File]::ReadAllText("$LxcPath/$one/$one.log") | Should -Not -Match ' DEBUG '
    }

    It 'is none where none is asked for' {
        Start-LxcContainer $one
        [IO.File]::Exists("$LxcPath/$one/$one.log") | Should -BeFalse
    }

    It 'that cannot be written keeps the container from starting, by the key' {
        $outcome = Get-Outcome { Start-LxcContainer $one -Config @{ 'lxc.log.file' = '/proc/none/log' } }
        $outcome.Errors.Count | Should -Be 1
        $outcome.Errors[0].Exception.ConfigKey | Should -Be 'lxc.log.file'
        $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        (Get-LxcContainer $one).State | Should -Be Stopped
    }

    It 'is none of the container''s: its init has no descriptor of it' {
        $log = "$LxcPath/log/of/one"
        Start-LxcContainer $one -Config @{ 'lxc.log.file' = $log; 'lxc.log.level' = 'TRACE' } -Command sh '-c', 'ls -l /proc/1/fd /proc/self/fd 2>&1' | Where-Object { $_ -like "*log*" } | Should -BeNullOrEmpty
    }

    # keys: lxc.log.syslog
    It 'goes to the log service under the facility of lxc.log.syslog' {
        # A service of the test's own, at /dev/log of a mount namespace of its own.
        $script = @"
`$socket = [Net.Sockets.Socket]::new('Unix', 'Dgram', 'Unspecified')
`$socket.Bind([Net.Sockets.UnixDomainSocketEndPoint]::new('/dev/log'))
`$socket.ReceiveTimeout = 5000
Start-LxcContainer $one -Config @{ 'lxc.log.syslog' = 'local3'; 'lxc.log.level' = 'INFO' }
Stop-LxcContainer $one -Kill
`$buffer = [byte[]]::new(4096)
do { `$text = [Text.Encoding]::UTF8.GetString(`$buffer, 0, `$socket.Receive(`$buffer)); `$text } until (`$text -like '*STOPPED')
"@
        $inside = 'mkdir "$1" && mount --bind /dev "$1" && mount -t tmpfs dev /dev && for f in "$1"/*; do case $f in */log) ;; *) if [ -c "$f" ]; then touch /dev/${f##*/} && mount --bind "$f" /dev/${f##*/}; fi;; esac; done; ln -s /proc/self/fd /dev/fd; mkdir /dev/shm; shift; exec "$@"'
        $before = $Shell
        $Shell = @('unshare', '-m', '--propagation', 'private', 'sh', '-c', $inside, 'sh', "$LxcPath/dev") + $before
        $session = Start-Session $script
        $Shell = $before
        $lines = $session.StandardOutput.ReadToEnd().Trim() -split "`n"
        $problems = $session.StandardError.ReadToEnd()
        $session.WaitForExit(30000) | Should -BeTrue
        [IO.Directory]::Delete("$LxcPath/dev")
        # 19 is local3, 6 info: 19 * 8 + 6.
        $lines[0] | Should -Match "^<158>lxcps-monitor\[\d+\]: ${one}:start - The container in $LxcPath is STARTING$" -Because $problems
        $lines[-1] | Should -Match "^<158>lxcps-monitor\[\d+\]: ${one}:start - The container is STOPPED$"
        $outcome = Get-Outcome { Start-LxcContainer $one -Config @{ 'lxc.log.syslog' = 'kitchen' } }
        $outcome.Errors[0].Exception.ConfigKey | Should -Be 'lxc.log.syslog'
    }

    It 'is left out with a warning where no log service listens' -Skip:([IO.File]::Exists('/dev/log')) {
        Start-LxcContainer $one -Config @{ 'lxc.log.syslog' = 'daemon' } -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -Match 'lxc\.log\.syslog: .*/dev/log'
    }
}

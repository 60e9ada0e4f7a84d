# The command socket of a running container, as a client sees it that need not be well-behaved; the numbers and formats are LXC's.
BeforeDiscovery {
    $hasLxc = [bool] (Get-Command lxc-info, lxc-monitor, lxc-wait, lxc-freeze -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Protocol.ps1
    $name = "talker-$Unique"
    [void] (New-TestContainer $name @{ 'lxc.tty.max' = '2'; 'lxc.console.buffer.size' = '1MB'; 'lxc.environment' = 'A=b' })
    Start-LxcContainer $name -ErrorAction Stop
    Wait-Init $name
    $init = (Get-LxcContainer $name).ProcessId
    $watcher = (Get-Monitor $name).Watcher
    $long = [bool] $env:LXCPS_LONG
    $corpus = [IO.Path]::GetFullPath("$PSScriptRoot/../Fuzz/corpus/socket")

    function Assert-Unharmed {
        # The same process serves, has nothing open that it did not have, and says what it said.
        (Get-LxcContainer $name).State | Should -Be Running
        (Get-Monitor $name).Watcher | Should -Be $watcher
        Wait-Until { -not (Compare-Object $before (Get-Descriptor $watcher)) } | Should -BeTrue -Because "it was $before and is $(Get-Descriptor $watcher)"
        (Invoke-Request $name ($Commands::GetInitPid)).Word | Should -Be $init
        (Invoke-Request $name ($Commands::GetName)).Text | Should -BeExactly "$name`0"
    }
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'The command socket' {
    BeforeAll {
        $before = Get-Descriptor $watcher
    }

    AfterEach {
        Assert-Unharmed
    }

    It 'answers what is asked for by number: <Command>' -Tag Vm -ForEach @(
        @{ Command = 'GetState'; Result = 0; Word = 2 }
        @{ Command = 'GetInitPid'; Result = 0; Word = { $init } }
        @{ Command = 'GetName'; Result = 0; Text = { "$name`0" } }
        @{ Command = 'GetLxcPath'; Result = 0; Text = { "$LxcPath`0" } }
        @{ Command = 'GetConfigItem'; Data = "lxc.environment`0"; Result = 0; Text = { "A=b`n`0" } }
        @{ Command = 'GetConfigItem'; Data = "lxc.nothing`0"; Result = -1 }
        @{ Command = 'GetConfigItem'; Data = 'lxc.environment'; Result = -22 }
        @{ Command = 'GetConfigItem'; Data = "lxc`0.environment`0"; Result = -22 }
        @{ Command = 'GetConfigItem'; Result = -22 }
        @{ Command = 'GetCgroup'; Data = "freezer`0"; Result = 0; Text = { "*/lxc.payload.$name`0" } }
        @{ Command = 'GetLimitCgroup'; Data = "freezer`0"; Result = 0; Text = { "*/lxc.payload.$name`0" } }
        @{ Command = 'GetCgroup'; Data = "nothing`0"; Result = -2 }
        @{ Command = 'GetCgroup'; Data = 'freezer'; Result = -22 }
        @{ Command = 'GetInitPidfd'; Result = 0; Path = 'anon_inode:*pidfd*' }
        @{ Command = 'GetDevptsFd'; Result = 0; Path = '/*' }
        @{ Command = 'GetSeccompNotifyFd'; Result = -9 }
        @{ Command = 'GetSystemdScope'; Result = -22 }
        @{ Command = 'GetTtyFd'; Number = 9; Result = -9 }
        @{ Command = 'GetTtyFd'; Number = -1; Result = 0; Word = 1; Path = '*/ptmx' }
        @{ Command = 'AddStateClient'; Data = "`0" * 31; Result = -22 }
        @{ Command = 'AddBpfDeviceCgroup'; Data = 'a'; Result = -22 }
        @{ Command = 'AddBpfDeviceCgroup'; Result = -22 }
        @{ Command = 'ConsoleLog'; Data = "`0" * 8; Result = -22 }
        @{ Command = 'ConsoleLog'; Data = "`0" * 16; Result = 0 }
        @{ Command = 'ConsoleLog'; Data = "`0" * 24; Result = 0 }
        @{ Command = 'SeccompNotifyAddListener'; Data = 'x'; Result = -22 }
    ) {
        $bytes = if ($Data) { [Text.Encoding]::UTF8.GetBytes($Data) } else { [byte[]] @() }
        $answer = Invoke-Request $name ($Commands::$Command) $bytes -Word ($Number ? $Number : 0)
        $answer.Result | Should -Be $Result
        if ($null -ne $Word) { $answer.Word | Should -Be ($Word -is [scriptblock] ? (& $Word) : $Word) }
        if ($Text) { $answer.Text | Should -BeLike (& $Text) }
        if ($Path) { $answer.Paths | Should -BeLike $Path } else { $answer.Paths | Should -BeNullOrEmpty }
    }

    It 'tells the flags of the namespaces that init is in' -Tag Vm {
        $flags = (Invoke-Request $name ($Commands::GetCloneFlags)).Word
        foreach ($namespace in @{ Name = 'mnt'; Flag = 0x20000 }, @{ Name = 'uts'; Flag = 0x4000000 }, @{ Name = 'ipc'; Flag = 0x8000000 },
            @{ Name = 'user'; Flag = 0x10000000 }, @{ Name = 'pid'; Flag = 0x20000000 }, @{ Name = 'net'; Flag = 0x40000000 }, @{ Name = 'cgroup'; Flag = 0x2000000 }) {
            $own = [IO.FileInfo]::new("/proc/$init/ns/$($namespace.Name)").LinkTarget -ne [IO.FileInfo]::new("/proc/self/ns/$($namespace.Name)").LinkTarget
            [bool] ($flags -band $namespace.Flag) | Should -Be $own -Because $namespace.Name
        }
    }

    It 'gives a descriptor of a controller''s cgroup, as LXC''s library asks for it: <Command>' -Tag Vm -ForEach @(
        @{ Command = 'GetCgroupFd' }, @{ Command = 'GetLimitCgroupFd' }
    ) {
        # layout, utilities, type, fd; and the controller's name in 64 bytes.
        $ask = {
            param($Controller, $Type = 0, $Size = 80)
            $text = [Text.Encoding]::UTF8.GetBytes($Controller)
            $data = [byte[]] ([byte[]]::new(8) + [BitConverter]::GetBytes([int] $Type) + [byte[]]::new(4) + $text + [byte[]]::new(256))
            Invoke-Request $name ($Commands::$Command) ([byte[]] $data[0..($Size - 1)])
        }
        $type = $isV1 ? 0x27e0eb : 0x63677270
        $answer = & $ask memory
        $answer.Result | Should -Be 0
        $answer.Length | Should -Be 80
        [BitConverter]::ToInt32($answer.Data, 0) | Should -Be ($isV1 ? 1 : 2) -Because 'this is the layout: both versions or v2 alone'
        [BitConverter]::ToInt32($answer.Data, 8) | Should -Be $type
        $answer.Paths | Should -BeLike "/sys/fs/cgroup*/lxc.payload.$name"
        (& $ask memory $type).Result | Should -Be 0
        (& $ask memory 1).Result | Should -Be -22
        (& $ask freezer).Result | Should -Be 0
        (& $ask devices).Result | Should -Be 0
        (& $ask nothing).Result | Should -Be -2
        (& $ask '').Result | Should -Be -22
        (& $ask ('x' * 64)).Result | Should -Be -22 -Because 'a name ends'

        # A client that knows less of the structure, and one that knows more.
        (& $ask memory 0 40).Length | Should -Be 40
        (& $ask memory 0 96).Length | Should -Be 80
        (& $ask memory 0 16).Result | Should -Be -22
    }

    It 'gives descriptors of all cgroups' -Tag Vm {
        $answer = Invoke-Request $name ($Commands::GetCgroupCtx) ([byte[]]::new(96))
        $answer.Result | Should -Be 0
        [BitConverter]::ToInt32($answer.Data, 8) | Should -Be $answer.Paths.Count
        $answer.Paths.Count | Should -BeGreaterThan 0
        $answer.Paths | Should -BeLike "*/lxc.payload.$name"
        $unified = Invoke-Request $name ($Commands::GetCgroup2Fd)
        $unified.Result | Should -Be ($isV1 ? -22 : 0)
        $unified.Paths | Should -HaveCount ($isV1 ? 0 : 1)
    }

    It 'ends a connection without an answer for the command that nobody sends any more' -Tag Vm {
        Invoke-Request $name ($Commands::TerminalWinch) | Should -BeNullOrEmpty
    }

    It 'does not know the command <_>' -Tag Vm -ForEach 27, 28, 1000, -1, ([int]::MaxValue), ([int]::MinValue) {
        (Invoke-Request $name $_).Result | Should -Be -38
    }

    It 'refuses data of <_> bytes' -Tag Vm -ForEach 8193, 1000000, ([int]::MaxValue), -1, ([int]::MinValue) {
        (Invoke-Request $name ($Commands::GetConfigItem) -Length $_).Result | Should -Be -22
        (Invoke-Request $name ($Commands::GetState) -Length $_).Result | Should -Be -22
    }

    It 'takes a request in pieces, and nothing after it' -Tag Vm {
        $request = New-Request ($Commands::GetConfigItem) ([Text.Encoding]::UTF8.GetBytes("lxc.environment`0"))
        $connection = Connect-Monitor $name
        try {
            foreach ($byte in $request) {
                Send-Bytes $connection ([byte[]] $byte) | Should -BeTrue
            }

            (Read-Answer $connection).Text | Should -BeExactly "A=b`n`0"
            Read-Answer $connection | Should -BeNullOrEmpty
        }
        finally {
            Close-Descriptor $connection
        }
    }

    It 'closes descriptors that nobody asked for' -Tag Vm {
        $gift = [LxcPS.Native.Descriptors]::Open('/dev/null', 0)
        try {
            foreach ($command in 0..30 | Where-Object { $_ -notin 2, 12, 15 }) {
                foreach ($count in 1, 2, 16) {
                    $connection = Connect-Monitor $name
                    [void] (Send-Bytes $connection (New-Request $command) (, $gift * $count))
                    [void] (Send-Bytes $connection ([byte[]] 1) (, $gift * $count))
                    Close-Descriptor $connection
                }
            }
        }
        finally {
            Close-Descriptor $gift
        }
    }

    It 'serves a thousand that connect at once' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $connections = @(foreach ($i in 1..1000) { Connect-Monitor $name })
        try {
            foreach ($connection in $connections) {
                Send-Bytes $connection (New-Request ($Commands::GetInitPid)) | Should -BeTrue
            }

            @($connections | ForEach-Object { (Read-Answer $_).Word } | Select-Object -Unique) | Should -Be $init
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 30
        }
        finally {
            Close-Descriptor $connections
        }
    }

    It 'answers beside any number of connections that say <Title>' -Tag Vm -ForEach @(
        @{ Title = 'nothing'; Said = 0 }
        @{ Title = 'half a request'; Said = 7 }
        @{ Title = 'that data follows, and no data'; Said = 16 }
    ) {
        $request = New-Request ($Commands::GetConfigItem) -Length 4000
        $connections = @(foreach ($i in 1..1500) {
                $connection = Connect-Monitor $name
                if ($Said) {
                    [void] (Send-Bytes $connection ([byte[]] $request[0..($Said - 1)]))
                }

                $connection
            })
        try {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            (Invoke-Request $name ($Commands::GetInitPid)).Word | Should -Be $init
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
        }
        finally {
            Close-Descriptor $connections
        }
    }

    It 'keeps the answer for those that do not take it at once, and serves the others' -Tag Vm {
        # More than a socket takes; the console's text comes in pieces.
        Invoke-LxcCommand $name sh '-c' 'i=0; while [ $i -lt 20 ]; do head -c 49152 /dev/zero | tr "\0" x > /dev/console; i=$((i+1)); done'
        $connection = Connect-Monitor $name
        try {
            [void] (Send-Bytes $connection (New-Request ($Commands::ConsoleLog) ([byte[]] (@(0, 1) + @(0) * 22))))
            foreach ($i in 1..20) {
                (Invoke-Request $name ($Commands::GetInitPid)).Word | Should -Be $init
            }

            $answer = Read-Answer $connection
            $answer.Result | Should -Be 0
            $answer.Length | Should -BeGreaterThan 500000
            $answer.Data.Length | Should -Be $answer.Length
            Read-Answer $connection | Should -BeNullOrEmpty
        }
        finally {
            Close-Descriptor $connection
        }
    }

    It 'forgets those that go before they have taken their answer' -Tag Vm {
        foreach ($i in 1..300) {
            $connection = Connect-Monitor $name
            [void] (Send-Bytes $connection (New-Request ($i % 27 -in 2, 12, 15 ? 3 : $i % 27) ([byte[]]::new($i % 3 * 32))))
            Close-Descriptor $connection
        }
    }

    It 'refuses another user' -Skip:(-not (Get-Command setpriv -ErrorAction Ignore)) {
        # A program of the container's own image, which everybody may run, cannot speak abstract sockets: the client is this session's.
        $script = "`$s = [Net.Sockets.Socket]::new('Unix', 'Stream', 0); `$s.Connect([Net.Sockets.UnixDomainSocketEndPoint]::new([char] 0 + '$LxcPath/$name/command'));" +
            '[void] $s.Send([byte[]] (@(3) + @(0) * 15)); $b = [byte[]]::new(16); [void] $s.Receive($b); [BitConverter]::ToInt32($b, 0)'
        $arguments = '--reuid', '65534', '--regid', '65534', '--clear-groups', '--', 'env', 'HOME=/tmp', 'DOTNET_CLI_HOME=/tmp', 'POWERSHELL_TELEMETRY_OPTOUT=1'
        setpriv @arguments @Shell -NoProfile -NonInteractive -Command $script | Should -Be -1
        setpriv --reuid 0 --regid 65534 --clear-groups -- @Shell -NoProfile -NonInteractive -Command $script | Should -Be 0 -Because 'root is root with any group'
    }
}

Describe 'The command socket, fuzzed' {
    It 'stays what it is through requests of all kinds' -Tag Vm {
        # First those of the corpus. A short run then makes the same requests each time, a long one others, by a number that a failure tells.
        $before = Get-Descriptor $watcher
        $memory = Get-Memory $watcher
        $keeper = (Get-Monitor $name).Keeper
        $keeperBefore = Get-Descriptor $keeper
        $keeperMemory = Get-Memory $keeper
        $seconds = $env:LXCPS_FUZZ_SECONDS ? [double] $env:LXCPS_FUZZ_SECONDS : $long ? 600 : 6
        $seed = $seconds -gt 60 ? [Random]::Shared.Next() : 20261129
        $random = [Random]::new($seed)
        $seeds = @([IO.Directory]::GetFiles($corpus, '*', 'AllDirectories') | Sort-Object | ForEach-Object { , [IO.File]::ReadAllBytes($_) })
        $seeds.Count | Should -BeGreaterThan 10
        foreach ($request in $seeds) {
            $connection = Connect-Monitor $name
            [void] (Send-Bytes $connection $request)
            Close-Descriptor (Read-Bytes $connection 64 100).Descriptors
            Close-Descriptor $connection
        }

        (Invoke-Request $name ($Commands::GetInitPid)).Word | Should -Be $init -Because 'the corpus was sent'
        $sent = [Collections.Generic.List[byte[]]]::new()
        $gift = [LxcPS.Native.Descriptors]::Open('/dev/null', 0)
        $texts = @("lxc.net`0", "lxc.`0", 'memory', "freezer`0", "lxc.cgroup.devices`0", "`u{ffff}`0", "../..`0", '') | ForEach-Object { , [Text.Encoding]::UTF8.GetBytes($_) }
        $sizes = 0, 1, 2, 8, 15, 16, 17, 24, 31, 32, 33, 52, 56, 64, 79, 80, 81, 96, 97, 255, 4096, 8191, 8192, 8193
        $open = [Collections.Generic.List[int]]::new()
        $count = 0
        $watch = [Diagnostics.Stopwatch]::StartNew()
        try {
            while ($count -le 200 -or $watch.Elapsed.TotalSeconds -lt $seconds) {
                $count++
                $data = switch ($random.Next(4)) {
                    0 { , $texts[$random.Next($texts.Count)] }
                    1 { , [byte[]]::new($sizes[$random.Next($sizes.Count)]) }
                    default { $bytes = [byte[]]::new($sizes[$random.Next($sizes.Count)]); $random.NextBytes($bytes); , $bytes }
                }
                $length = switch ($random.Next(6)) {
                    0 { $random.Next() }
                    1 { -$random.Next() }
                    2 { [Math]::Max(0, $data.Length + $random.Next(-2, 3)) }
                    default { $data.Length }
                }
                $word = switch ($random.Next(4)) { 0 { $random.NextInt64() } 1 { -1 } default { $random.Next(-2, 10) } }
                $request = $random.Next(4) ? (New-Request $random.Next(-1, 29) $data $word $length) : [byte[]] $seeds[$random.Next($seeds.Count)].Clone()
                foreach ($i in 1..$random.Next(1, 4)) {
                    if ($random.Next(5) -eq 0) { $request[$random.Next($request.Length)] = [byte] $random.Next(256) }
                }

                # A stop would be obeyed.
                if ($request.Length -ge 4 -and [BitConverter]::ToInt32($request, 0) -eq 2) { $request[0] = 1 }
                $sent.Add($request)
                $connection = Connect-Monitor $name
                $end = $random.Next(4) -eq 0 ? $random.Next($request.Length) : $request.Length
                $start = 0
                while ($start -lt $end) {
                    $next = $random.Next(3) -eq 0 ? $random.Next($start + 1, $end + 1) : $end
                    $gifts = $random.Next(8) -eq 0 ? (, $gift * $random.Next(1, 5)) : [int[]] @()
                    if (-not (Send-Bytes $connection ([byte[]] $request[$start..($next - 1)]) $gifts)) { break }
                    $start = $next
                }

                switch ($random.Next(4)) {
                    0 { $open.Add($connection) }
                    1 { Close-Descriptor (Read-Bytes $connection 64 1).Descriptors; Close-Descriptor $connection }
                    default { Close-Descriptor $connection }
                }

                if ($open.Count -gt 60) {
                    Close-Descriptor $open
                    $open.Clear()
                    (Invoke-Request $name ($Commands::GetInitPid)).Word | Should -Be $init -Because "request $count of $seed was the last"
                    $sent.Clear()
                }
            }

            Close-Descriptor $open
            $open.Clear()
            (Invoke-Request $name ($Commands::Unfreeze)).Result | Should -Be 0 -Because 'what asks for a freezer gets it'
            Assert-Unharmed
            Wait-Until { -not (Compare-Object $keeperBefore (Get-Descriptor $keeper)) } | Should -BeTrue -Because "the keeper had $keeperBefore and has $(Get-Descriptor $keeper)"
        }
        catch {
            # What was sent since all was well, for every later run.
            $directory = [IO.Directory]::CreateDirectory("$corpus/failed-$seed-$count").FullName
            for ($i = 0; $i -lt $sent.Count; $i++) {
                [IO.File]::WriteAllBytes("$directory/$('{0:d4}' -f $i)", $sent[$i])
            }

            throw
        }
        finally {
            Close-Descriptor $open
            Close-Descriptor $gift
        }

        (Invoke-Request $name ($Commands::Unfreeze)).Result | Should -Be 0 -Because 'what asks for a freezer gets it'
        Assert-Unharmed
        (Get-Memory $watcher) - $memory | Should -BeLessThan 4096 -Because "KiB, after $count requests"
        (Get-Memory $keeper) - $keeperMemory | Should -BeLessThan 16384 -Because "KiB, after $count requests"
        Write-Host "    $count requests in $([int] $watch.Elapsed.TotalSeconds) s; the watcher has $((Get-Memory $watcher) - $memory) KiB more, the keeper $((Get-Memory $keeper) - $keeperMemory)"
        Invoke-LxcCommand $name hostname | Should -Be $name
    }
}

Describe 'A container, started by LXC and by LxcPS' -Skip:(-not ($hasLxc -and (Get-Command lxc-start -ErrorAction Ignore))) {
    BeforeAll {
        $both = "both-$Unique"
        [void] (New-TestContainer $both @{ 'lxc.tty.max' = '2'; 'lxc.environment' = 'A=b', 'C=d e' } -Privileged)

        function Get-Facts {
            # What can be seen from outside of the init and the monitor of a container that runs.
            $id = (Get-LxcContainer $both).ProcessId
            $parent = [int] (@([IO.File]::ReadAllLines("/proc/$id/status") -like 'PPid:*')[0] -split '\s+')[1]

            # LXC's monitor has been seen to answer 0 in its first moments.
            $answer = @{}
            [void] (Wait-Until { $answer.Flags = (Invoke-Request $both ($Commands::GetCloneFlags)).Word; $answer.Flags })
            [pscustomobject]@{
                Environment = [IO.File]::ReadAllText("/proc/$id/environ").Split("`0", [StringSplitOptions]::RemoveEmptyEntries) | Sort-Object
                Namespaces  = foreach ($namespace in [IO.Directory]::GetFileSystemEntries("/proc/$id/ns") | Sort-Object) {
                    "$([IO.Path]::GetFileName($namespace)) $([IO.FileInfo]::new($namespace).LinkTarget -ne [IO.FileInfo]::new("/proc/self/ns/$([IO.Path]::GetFileName($namespace))").LinkTarget)"
                }
                Cgroups     = [IO.File]::ReadAllLines("/proc/$id/cgroup")
                CloneFlags  = $answer.Flags
                Title       = [IO.File]::ReadAllText("/proc/$parent/cmdline")
            }
        }

        Start-LxcContainer $both -ErrorAction Stop
        $ours = Get-Facts
        Stop-LxcContainer $both -Kill
        lxc-start -P $LxcPath -n $both -d
        $theirs = Get-Facts
        lxc-stop -P $LxcPath -n $both -k
    }

    It 'has the same namespaces, cgroups and monitor''s title' {
        $ours.Namespaces | Should -Be $theirs.Namespaces
        $ours.Cgroups | Should -Be $theirs.Cgroups
        $ours.CloneFlags | Should -Be $theirs.CloneFlags
        $ours.Title | Should -BeExactly $theirs.Title
        $ours.Title | Should -BeExactly "[lxc monitor] $LxcPath $both`0"
    }

    It 'has the same environment of init, but for the PATH that ours has where none is configured' {
        @($ours.Environment -notlike 'PATH=*') | Should -Be $theirs.Environment
        $ours.Environment | Should -Contain 'C=d e'
    }

    It 'takes turns by the same lock' {
        $lock = [LxcPS.Engine.Store.ContainerLock]::Acquire($LxcPath, $both, [timespan]::Zero)
        try {
            # lxc-destroy of LXC waits for it.
            $waiting = Start-Process lxc-destroy "-P $LxcPath -n $both" -PassThru -RedirectStandardOutput /dev/null
            $waiting.WaitForExit(500) | Should -BeFalse
            "$LxcPath/$both/config" | Should -Exist
        }
        finally {
            $lock.Dispose()
        }

        $waiting.WaitForExit(20000) | Should -BeTrue
        "$LxcPath/$both" | Should -Not -Exist
    }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    $web1 = "web1-$Unique"
    $web2 = "web2-$Unique"
    $webs = "web*-$Unique"
    $stopped = "stopped-$Unique"
    [void] (New-TestContainer $web1, $web2, $stopped)
    $rootfs = (Join-Path $LxcPath $web1 'rootfs')
    [IO.File]::AppendAllText("$rootfs/etc/passwd", "web:x:1000:1000:Web:/srv:/bin/sh`n")
    [IO.File]::AppendAllText("$rootfs/etc/group", "web:x:1000:`nstaff:x:50:web,other`nspare:x:77:`n")
    Start-LxcContainer $web1, $web2
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'Output of Invoke-LxcCommand' {
    It 'emits lines as strings' {
        $lines = Invoke-LxcCommand $web1 printf 'one\ntwo  spaces\n\nlast without end'
        $lines | Should -BeOfType [string]
        $lines | Should -Be 'one', 'two  spaces', '', 'last without end'
        $LASTEXITCODE | Should -Be 0
    }

    It 'emits UTF-8 whole, also where a write ends inside a character' {
        # The two bytes of an umlaut in two writes, with time between them.
        Invoke-LxcCommand $web1 sh '-c' 'printf "\303"; sleep 0.3; printf "\244\n"' | Should -Be 'ä'
    }

    It 'passes arguments as they are: empty, blanks, quotes, dollars, dashes' {
        $arguments = 'x', '', 'a b', '"q"', "it's", '$HOME', '*', '--', '-n', 'ü', "two`nlines"
        $result = Invoke-LxcCommand $web1 -Command printf -ArgumentList (@('<%s>') + $arguments) -PassThru
        $result.Output -join "`n" | Should -Be (($arguments | ForEach-Object { "<$_>" }) -join '')
    }

    It 'emits a line before the program ends' {
        # The program ends only when the pipeline has seen its first line.
        $go = "$rootfs/go"
        $seen = Invoke-LxcCommand $web1 sh '-c' 'echo first; while [ ! -e /go ]; do sleep 0.05; done; echo second' -Timeout 20 | ForEach-Object {
            if ($_ -eq 'first') {
                [IO.File]::WriteAllText($go, '')
            }

            $_
        }
        [IO.File]::Delete($go)
        $seen | Should -Be 'first', 'second'
    }

    It 'writes standard error to the error stream, and nothing of it to the output' {
        $lines = Invoke-LxcCommand $web1 sh '-c' 'echo out; echo wrong >&2' -ErrorAction SilentlyContinue -ErrorVariable problems
        $lines | Should -Be 'out'
        $problems.Count | Should -Be 1
        $problems[0].ToString() | Should -Be 'wrong'
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'NativeCommandError,*'
    }

    It 'emits bytes with -AsByteStream, all 256 values untouched' {
        $bytes = Invoke-LxcCommand $web1 sh '-c' 'printf "\000\001\n\r\377\200\n"' -AsByteStream
        $bytes | Should -BeOfType [byte]
        $bytes | Should -Be 0, 1, 10, 13, 255, 128, 10
    }

    It 'carries a binary file both ways' {
        $data = [byte[]]::new(300000)
        [Random]::new(1).NextBytes($data)
        $back = [byte[]] (, $data | Invoke-LxcCommand $web1 cat -AsByteStream)
        [Convert]::ToHexString([Security.Cryptography.SHA256]::HashData($back)) |
            Should -Be ([Convert]::ToHexString([Security.Cryptography.SHA256]::HashData($data)))
    }

    It 'emits one result a container with -PassThru' -Tag Vm {
        $results = @(Invoke-LxcCommand $webs sh '-c' 'echo a; echo b; echo e >&2; sleep 0.2; exit 3' -PassThru)
        $results.Count | Should -Be 2
        $results | Should -BeOfType [LxcPS.LxcCommandResult]
        $results.Name | Sort-Object | Should -Be $web1, $web2
        foreach ($result in $results) {
            $result.LxcPath | Should -Be $LxcPath
            $result.ExitCode | Should -BeOfType [int]
            $result.ExitCode | Should -Be 3
            $result.Output | Should -Be 'a', 'b'
            $result.Error | Should -Be 'e'
            $result.Duration | Should -BeOfType [TimeSpan]
            $result.Duration.TotalSeconds | Should -BeGreaterOrEqual 0.2
            $result.Duration.TotalSeconds | Should -BeLessThan 10
        }
    }

    It 'carries 20 MB of output' {
        $result = Invoke-LxcCommand $web1 sh '-c' 'head -c 20000000 /dev/zero | tr "\0" x | fold -w 99' | Measure-Object -Character
        $result.Characters | Should -Be 20000000
    }

    It 'ends with its program although a process left behind holds the pipes' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Invoke-LxcCommand $web1 sh '-c' 'setsid sleep 40 & echo done' | Should -Be 'done'
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 20
        Invoke-LxcCommand $web1 sh '-c' 'kill $(pidof sleep)'
        $LASTEXITCODE | Should -Be 0
    }
}

Describe 'Standard input of Invoke-LxcCommand' {
    It 'is the pipeline, a line each' {
        'b', 'c c', 'a' | Invoke-LxcCommand $web1 sort | Should -Be 'a', 'b', 'c c'
    }

    It 'takes numbers and other objects as text' {
        1, 2.5, [TimeSpan]::FromSeconds(1) | Invoke-LxcCommand $web1 cat | Should -Be '1', '2.5', '00:00:01'
    }

    It 'is every byte of a byte array, and no more' {
        , [byte[]] (0, 10, 13, 255) | Invoke-LxcCommand $web1 od '-An' '-tx1' | Should -Be ' 00 0a 0d ff'
    }

    It 'takes single bytes' {
        [byte] 65, [byte] 66 | Invoke-LxcCommand $web1 cat | Should -Be 'AB'
    }

    It 'is empty without a pipeline, and with an empty one' -Tag Vm {
        Invoke-LxcCommand $web1 wc '-c' -Timeout 20 | Should -Be '0'
        @() | Invoke-LxcCommand $web1 wc '-c' -Timeout 20 | Should -Be '0'
    }

    It 'goes to every container' {
        'x', 'y' | Invoke-LxcCommand $webs wc '-l' | Should -Be '2', '2'
    }

    It 'carries 50 MB without standing still' {
        $chunk = [byte[]]::new(1MB)
        [Random]::new(2).NextBytes($chunk)
        $hash = [Security.Cryptography.IncrementalHash]::CreateHash('MD5')
        foreach ($i in 1..50) {
            $hash.AppendData($chunk)
        }

        $sum = 1..50 | ForEach-Object { , $chunk } | Invoke-LxcCommand $web1 sh '-c' 'cat | md5sum' -Timeout 120
        $sum | Should -BeLike "$([Convert]::ToHexString($hash.GetHashAndReset()).ToLowerInvariant()) *"
    }

    It 'comes back while it is still being written' {
        # 8 MB through cat: more than all pipes hold, so it stands still if either side is not served.
        $chunk = [byte[]]::new(1MB)
        [Array]::Fill($chunk, [byte] 120)
        foreach ($i in 1..1024) {
            $chunk[$i * 1024 - 1] = 10
        }

        $lines = 1..8 | ForEach-Object { , $chunk } | Invoke-LxcCommand $web1 cat -Timeout 120 | Group-Object -Property Length
        $lines.Count | Should -Be (8 * 1024)
        $lines.Name | Should -Be '1023'
    }

    It 'may be left unread' {
        1..100000 | Invoke-LxcCommand $web1 head '-n' '2' | Should -Be '1', '2'
        $LASTEXITCODE | Should -Be 0
    }
}

Describe 'Which containers Invoke-LxcCommand takes' {
    It 'takes a wildcard' {
        Invoke-LxcCommand $webs hostname | Sort-Object | Should -Be $web1, $web2
    }

    It 'takes several names' {
        Invoke-LxcCommand $web2, $web1 hostname | Sort-Object | Should -Be $web1, $web2
    }

    It 'takes containers from the pipeline, the program being the first word' {
        Get-LxcContainer $webs | Invoke-LxcCommand hostname | Sort-Object | Should -Be $web1, $web2
    }

    It 'takes containers from the pipeline with a program and arguments' {
        Get-LxcContainer $webs | Invoke-LxcCommand echo a 'b c' | Should -Be 'a b c', 'a b c'
    }

    It 'takes containers from the pipeline with -Command by name' {
        Get-LxcContainer $webs | Invoke-LxcCommand -Command echo a 'b c' | Should -Be 'a b c', 'a b c'
        Get-LxcContainer $webs | Invoke-LxcCommand -Command echo -ArgumentList a, 'b c' | Should -Be 'a b c', 'a b c'
    }

    It 'writes an error for each container that does not run, and runs in the others' {
        $names = Invoke-LxcCommand $web1, $stopped, $web2 hostname -ErrorAction SilentlyContinue -ErrorVariable problems
        $names | Sort-Object | Should -Be $web1, $web2
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ContainerNotRunning,*'
        $problems[0].CategoryInfo.Category | Should -Be 'InvalidOperation'
        $problems[0].TargetObject | Should -Be $stopped
        $problems[0].ErrorDetails.RecommendedAction | Should -Match 'Start-LxcContainer'
    }

    It 'writes an error for a name that is not there' {
        Invoke-LxcCommand "nobody-$Unique" true -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ContainerNotFound,*'
        $problems[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
    }

    It 'is silent about a wildcard that matches nothing' {
        Invoke-LxcCommand "nothing*$Unique" true | Should -BeNullOrEmpty
    }

    It 'says that a program is missing' {
        { Invoke-LxcCommand $web1 } | Should -Throw -ErrorId 'NoCommand,*'
    }

    It 'runs in as many at one time as -ThrottleLimit says' {
        $script = 'mkdir /lock || exit 9; sleep 0.5; rmdir /lock'
        $results = Invoke-LxcCommand $web1, $web1, $web1 sh '-c' $script -ThrottleLimit 1 -PassThru
        $results.ExitCode | Should -Be 0, 0, 0
        $results = Invoke-LxcCommand $web1, $web1, $web1 sh '-c' $script -ThrottleLimit 3 -PassThru
        $results.ExitCode | Sort-Object | Should -Be 0, 9, 9
    }

    It 'refuses a frozen container rather than hang in it' -Tag Vm {
        Suspend-LxcContainer $web2
        try {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            Invoke-LxcCommand $web2 true -Timeout 20 -ErrorAction SilentlyContinue -ErrorVariable problems
            $problems.Count | Should -Be 1
            $problems[0].FullyQualifiedErrorId | Should -BeLike 'ContainerFrozen,*'
            $problems[0].ErrorDetails.RecommendedAction | Should -Match 'Resume-LxcContainer'
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        }
        finally {
            Resume-LxcContainer $web2
        }
    }
}

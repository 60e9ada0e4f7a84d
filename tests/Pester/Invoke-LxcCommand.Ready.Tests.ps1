# The helpers that stand ready in a session that runs one command after the other.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    $web1 = "web1-$Unique"
    $web2 = "web2-$Unique"
    New-TestContainer $web1, $web2 | Start-LxcContainer

    # The helper that runs a command.
    function Get-Server {
        param([string] $Container = $web1)
        Invoke-LxcCommand $Container sh '-c' 'echo up; sleep 0.3' | ForEach-Object {
            (Get-ProcessTable | Where-Object { $_.ParentId -eq $PID -and $_.CommandLine -like "lxcps-monitor attach * --name $Container *" }).Id
        }
    }

    # What a helper has open when it waits, which it does with a descriptor for signals.
    function Get-DescriptorCount {
        param([int] $Id)
        Wait-Until { @(Get-ChildItem "/proc/$Id/fd" | ForEach-Object LinkTarget) -like '*signalfd*' } | Should -BeTrue
        @(Get-ChildItem "/proc/$Id/fd").Count
    }

    # Who asks often has one, which has run a command and is there for the next.
    function Wait-Ready {
        1..3 | ForEach-Object { Invoke-LxcCommand $web1 true }
        Wait-Until { Get-Ready } | Should -BeTrue
        $ready = Get-Server
        Wait-Until { $ready -in (Get-Ready) } | Should -BeTrue
        $ready
    }
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'The helper that stands ready' {
    It 'runs one command after the other in a container, and none in another' {
        $ready = Wait-Ready
        Get-Server | Should -Be $ready
        $other = Get-Server $web2
        $other | Should -BeGreaterThan 0
        $other | Should -Not -Be $ready
        Get-Server | Should -Be $ready
        Get-Server $web2 | Should -Not -Be $ready
    }

    It 'keeps nothing of a command that has ended' {
        $ready = Wait-Ready
        $before = Get-DescriptorCount $ready
        'line' | Invoke-LxcCommand $web1 sh '-c', 'cat; sleep 100 >/dev/null 2>&1 & exit 3' | Should -Be line
        $LASTEXITCODE | Should -Be 3
        foreach ($i in 1..5) {
            Invoke-LxcCommand $web1 sh '-c' 'kill -9 $$'
            $LASTEXITCODE | Should -Be 137
        }

        Wait-Until { $ready -in (Get-Ready) } | Should -BeTrue
        Get-DescriptorCount $ready | Should -Be $before
        foreach ($stream in 0..2) {
            [IO.File]::ResolveLinkTarget("/proc/$ready/fd/$stream", $false).FullName | Should -Be /dev/null
        }

        @(Get-ProcessTable | Where-Object ParentId -EQ $ready).Count | Should -Be 0
        Get-Server | Should -Be $ready
    }

    It 'ends with a command that took too long' {
        $ready = Wait-Ready
        Invoke-LxcCommand $web1 sleep 100 -Timeout 0.2 -ErrorAction SilentlyContinue -ErrorVariable errors
        $errors | Should -HaveCount 1
        Wait-Until { -not (Test-Path "/proc/$ready") } | Should -BeTrue
        Invoke-LxcCommand $web1 echo here | Should -Be here
    }

    It 'is not left over when there are more than it has places for' {
        $names = 1..5 | ForEach-Object { "many$_-$Unique" }
        New-TestContainer $names | Start-LxcContainer
        1..3 | ForEach-Object { Invoke-LxcCommand $names hostname | Sort-Object | Should -Be $names }
        foreach ($name in $names + $names) {
            Invoke-LxcCommand $name hostname | Should -Be $name
        }

        @(Get-ProcessTable | Where-Object { $_.ParentId -eq $PID -and $_.CommandLine -like '*lxcps-monitor *' }).Count | Should -BeLessOrEqual 5
        Stop-LxcContainer $names -Kill
    }

    It 'runs with the environment, the input and the arguments of its command' {
        [void] (Wait-Ready)
        try {
            $env:LXCPS_TEST_NOW = 'set since'
            'line' | Invoke-LxcCommand $web1 sh '-c', 'cat; echo "$LXCPS_TEST_NOW,$A,$1,$2"; echo error >&2; exit 3', 'sh', '', 'ü "x"' -Environment @{ A = 'b' } -ErrorVariable errors -ErrorAction SilentlyContinue |
                Should -Be 'line', 'set since,b,,ü "x"'
            $LASTEXITCODE | Should -Be 3
            "$errors" | Should -BeLike '*error*'
        }
        finally {
            $env:LXCPS_TEST_NOW = $null
        }

        [void] (Wait-Ready)
        Invoke-LxcCommand $web1 env -Environment @{ A = 'b' } | Should -Not -Match 'LXCPS_(SET|TEST)'
    }

    It 'shows the command that it runs, and not the variables that it was given' {
        $ready = Wait-Ready
        Invoke-LxcCommand $web1 sh '-c' 'echo up; sleep 1' -Environment @{ A = 's3cret' } | ForEach-Object {
            $line = [IO.File]::ReadAllText("/proc/$ready/cmdline") -replace "`0", ' '
        }

        $line | Should -BeLike "lxcps-monitor attach * --name $web1 *-- sh -c echo up; sleep 1*"
        $line | Should -Not -BeLike '*s3cret*'
        Wait-Until { $ready -in (Get-Ready) } | Should -BeTrue
    }

    It 'serves one container of several, and each runs its own command' {
        [void] (Wait-Ready)
        Invoke-LxcCommand $web1, $web2 hostname | Sort-Object | Should -Be $web1, $web2
    }

    It 'lets a command that is too long for it run all the same' {
        [void] (Wait-Ready)
        $long = 'x' * 100000
        Invoke-LxcCommand $web1 sh '-c', 'echo ${#1}', 'sh', $long | Should -Be 100000
    }

    It 'is not missed when somebody ended it by signal <_>' -ForEach 15, 9 {
        $ready = Wait-Ready
        /bin/kill "-$_" $ready
        Wait-Until { (Get-ProcessTable | Where-Object Id -EQ $ready).State -eq 'Z' } | Should -BeTrue
        Invoke-LxcCommand $web1 echo here | Should -Be here
        Test-Path "/proc/$ready" | Should -BeFalse
    }

    It 'is ended when the session does not need it any more, and not started for one command on many containers' {
        $ready = Wait-Ready
        Wait-Until { -not (Test-Path "/proc/$ready") } -Seconds 20 | Should -BeTrue
        Get-Ready | Should -BeNullOrEmpty
        Invoke-LxcCommand $web1, $web2 true
        Get-Ready | Should -BeNullOrEmpty
    }

    It 'ends with its session' {
        $session = Start-Session "1..3 | ForEach-Object { Invoke-LxcCommand $web1 true }; [Console]::In.ReadLine()"
        try {
            Wait-Until { Get-Ready -Of $session.Id } | Should -BeTrue
            $ready = @(Get-Ready -Of $session.Id)
        }
        finally {
            $session.Kill()
            $session.WaitForExit()
        }

        # Before its time is up.
        Wait-Until { -not ($ready | Where-Object { Test-Path "/proc/$_" }) } -Seconds 3 | Should -BeTrue
    }
}

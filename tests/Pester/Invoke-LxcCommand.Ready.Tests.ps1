# The helper that stands ready in a session that runs one command after the other.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    $web1 = "web1-$Unique"
    $web2 = "web2-$Unique"
    New-TestContainer $web1, $web2 | Start-LxcContainer

    # Who asks often has one.
    function Wait-Ready {
        1..3 | ForEach-Object { Invoke-LxcCommand $web1 true }
        Wait-Until { Get-Ready } | Should -BeTrue
        Get-Ready
    }
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'The helper that stands ready' {
    It 'is one, and the next command is its own' {
        $ready = @(Wait-Ready)
        $ready | Should -HaveCount 1
        Invoke-LxcCommand $web1 sh '-c' 'cat /proc/self/stat' | Should -Match '^\d+ \('
        $next = @(Wait-Ready)
        $next | Should -HaveCount 1
        $next | Should -Not -Contain $ready[0]
        Test-Path "/proc/$($ready[0])" | Should -BeFalse
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
            $ready = Get-Ready -Of $session.Id
        }
        finally {
            $session.Kill()
            $session.WaitForExit()
        }

        # Before its time is up.
        Wait-Until { -not (Test-Path "/proc/$ready") } -Seconds 3 | Should -BeTrue
    }
}

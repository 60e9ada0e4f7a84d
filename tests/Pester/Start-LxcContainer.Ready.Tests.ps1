# The helper that stands ready in a session that starts one container after the other.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    $name = "ready-$Unique"
    [void] (New-TestContainer $name @{ 'lxc.environment' = 'LXCPS_TEST_NOW' })

    # Those of the files before.
    Wait-Until { -not (Get-Ready) } -Seconds 20 | Should -BeTrue

    # Who starts often has one.
    function Wait-Ready {
        Wait-Until {
            1..2 | ForEach-Object { Start-LxcContainer $name -PassThru -ErrorAction Stop | Stop-LxcContainer -Kill }
            Wait-Until { Get-Ready } -Seconds 2
        } | Should -BeTrue
        Get-Ready
    }
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'The helper that stands ready for a start' {
    AfterEach {
        Stop-LxcContainer $name -Kill
    }

    It 'becomes the monitor of the next container, which is nobody''s child and has one thread' {
        $ready = @(Wait-Ready)
        $ready | Should -HaveCount 1
        Start-LxcContainer $name -PassThru | Select-Object -ExpandProperty State | Should -Be Running
        Test-Path "/proc/$($ready[0])" | Should -BeFalse
        $keeper = (Get-Monitor $name).Keeper
        (Get-ProcessTable | Where-Object Id -EQ $keeper).ParentId | Should -Not -Be $PID
        @(Get-ChildItem "/proc/$keeper/task") | Should -HaveCount 1
    }

    It 'is not taken by a caller whose environment has changed since' {
        $ready = Wait-Ready
        try {
            $env:LXCPS_TEST_NOW = 'set since'
            Start-LxcContainer $name -ErrorAction Stop
        }
        finally {
            $env:LXCPS_TEST_NOW = $null
        }

        [IO.File]::ReadAllText("/proc/$((Get-LxcContainer $name).ProcessId)/environ").Split("`0") | Should -Contain 'LXCPS_TEST_NOW=set since'
        Test-Path "/proc/$ready" | Should -BeFalse
    }

    It 'is not taken by a caller whose directory has changed since' {
        $ready = Wait-Ready
        $before = [Environment]::CurrentDirectory
        try {
            [Environment]::CurrentDirectory = $LxcPath
            Start-LxcContainer $name -ErrorAction Stop
        }
        finally {
            [Environment]::CurrentDirectory = $before
        }

        (Get-LxcContainer $name).State | Should -Be Running
        Test-Path "/proc/$ready" | Should -BeFalse
    }

    It 'is not missed when somebody ended it by signal <_>' -ForEach 15, 9 {
        $ready = Wait-Ready
        /bin/kill "-$_" $ready
        Wait-Until { (Get-ProcessTable | Where-Object Id -EQ $ready).State -in 'Z', $null } | Should -BeTrue
        Start-LxcContainer $name -ErrorAction Stop
        (Get-LxcContainer $name).State | Should -Be Running
        Test-Path "/proc/$ready" | Should -BeFalse
    }

    It 'enters a container as well' {
        $ready = Wait-Ready
        Start-LxcContainer $name -ErrorAction Stop
        Wait-Until { Get-Ready } | Should -BeTrue
        $next = Get-Ready
        $next | Should -Not -Be $ready
        $line = Invoke-LxcCommand $name sh '-c' 'echo here; sleep 0.5' | ForEach-Object { [IO.File]::ReadAllText("/proc/$next/cmdline") -replace "`0", ' ' }
        $line | Should -BeLike "lxcps-monitor attach * --name $name *"
    }

    It 'is ended when the session does not need it any more' {
        $ready = @(Wait-Ready)
        $ready | Should -Not -BeNullOrEmpty
        Wait-Until { -not ($ready | Where-Object { Test-Path "/proc/$_" }) } -Seconds 20 | Should -BeTrue
        Get-Ready | Should -BeNullOrEmpty
    }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    # With LXCPS_LONG the numbers that find what happens once in hundreds of times; without it what a build can wait for.
    $long = [bool] $env:LXCPS_LONG
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'Many starts and stops' {
    It 'leak nothing' {
        $name = "cycle-$Unique"
        [void] (New-TestContainer $name)
        foreach ($round in 1..5) {
            # What is made once only is made now.
            Start-LxcContainer $name
            Stop-LxcContainer $name -Kill
        }

        $own = [IO.Directory]::GetFileSystemEntries('/proc/self/fd').Count
        $groups = @([IO.File]::ReadAllLines('/proc/cgroups') | ForEach-Object { ($_ -split '\s+')[2] })
        $mounts = [IO.File]::ReadAllLines('/proc/self/mountinfo').Count
        $interfaces = Get-Interface
        [GC]::Collect()
        $memory = [GC]::GetTotalMemory($true)
        foreach ($round in 1..$(if ($long) { 1000 } else { 50 })) {
            Start-LxcContainer $name -ErrorAction Stop
            Stop-LxcContainer $name -Kill -ErrorAction Stop
        }

        [GC]::Collect()
        # The runtime opens a few of its own meanwhile; a cycle that left one would leave as many as there were cycles.
        [IO.Directory]::GetFileSystemEntries('/proc/self/fd').Count | Should -BeLessOrEqual ($own + 10)
        @(Get-ProcessTable | Where-Object { $_.ParentId -eq $PID -and $_.State -eq 'Z' }) | Should -HaveCount 0
        [IO.File]::ReadAllLines('/proc/self/mountinfo').Count | Should -BeLessOrEqual ($mounts + 2)
        Compare-Object $interfaces @(Get-Interface) | Should -BeNullOrEmpty
        Get-Leftover | Should -BeNullOrEmpty
        [GC]::GetTotalMemory($true) - $memory | Should -BeLessThan 20MB
        if ($long) {
            # The kernel's own count of groups, dying ones too; others of this machine may have made some.
            $after = @([IO.File]::ReadAllLines('/proc/cgroups') | ForEach-Object { ($_ -split '\s+')[2] })
            for ($i = 1; $i -lt $groups.Count; $i++) {
                [int] $after[$i] | Should -BeLessThan ([int] $groups[$i] + 200)
            }
        }
    }
}

Describe 'Two sessions with the same containers' {
    It 'end with a consistent store and honest errors' {
        $names = 1..20 | ForEach-Object { "shared$_-$Unique" }
        $script = @'
$problems = @()
foreach ($round in 1..{0}) {{
    New-LxcContainer {1} -Template Busybox -ErrorAction SilentlyContinue -ErrorVariable +problems | Out-Null
    Get-LxcContainer 'shared*-{2}' | Start-LxcContainer -ErrorAction SilentlyContinue -ErrorVariable +problems
    Stop-LxcContainer {1} -Kill -ErrorAction SilentlyContinue -ErrorVariable +problems
    Start-LxcContainer {1} -ErrorAction SilentlyContinue -ErrorVariable +problems
    Remove-LxcContainer {1} -Force -ErrorAction SilentlyContinue -ErrorVariable +problems
}}
$problems | ForEach-Object {{ $_.FullyQualifiedErrorId.Split(',')[0] + '|' + $_.Exception.Message }} | Sort-Object -Unique
'@ -f $(if ($long) { 10 } else { 2 }), (($names | ForEach-Object { "'$_'" }) -join ', '), $Unique
        $sessions = 1, 2 | ForEach-Object { Start-Session $script }
        $texts = @($sessions | ForEach-Object { $_.StandardOutput.ReadToEndAsync() })
        $errors = @($sessions | ForEach-Object { $_.StandardError.ReadToEndAsync() })
        foreach ($session in $sessions) {
            $session.WaitForExit(240000) | Should -BeTrue -Because 'the sessions must not wait for each other for ever'
            $session.ExitCode | Should -Be 0
        }

        ($errors | ForEach-Object { $_.Result }) -join '' | Should -BeNullOrEmpty
        $lines = @($texts | ForEach-Object { $_.Result -split '\r?\n' } | Where-Object { $_ })
        # They do get into each other's way, or this test says nothing.
        $lines.Count | Should -BeGreaterThan 0
        $honest = '^(ContainerExists|ContainerRunning|ContainerNotFound|ContainerNotRunning|ContainerBusy)\||^StartFailed\|.*was stopped while it was starting'
        $lines | Where-Object { $_ -notmatch $honest } | Should -BeNullOrEmpty
        Get-LxcContainer 'shared*' | Remove-LxcContainer -Force
        [IO.Directory]::GetFileSystemEntries($LxcPath) | Where-Object { $_ -match 'shared' } | Should -BeNullOrEmpty
        Get-Leftover | Should -BeNullOrEmpty
    }
}

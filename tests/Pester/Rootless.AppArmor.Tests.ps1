BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Rootless.ps1
    $first = 1700000000
    $user = New-User lxcpsarmor 60714 "$($first):65536"

    function Get-Label {
        # The label of a process of the host, as the kernel has it.
        param([int] $ProcessId)
        [IO.File]::ReadAllText("/proc/$ProcessId/attr/apparmor/current").Trim()
    }
}

AfterAll {
    Unregister-UserProfile
    Remove-UserContainers $user
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'The container of a user where AppArmor is in force' -Tag AppArmor {
    It 'is refused without the profile that root registers, and the command is named' {
        $lines = @(Invoke-As $user '[void] (New-LxcContainer armor -Template Busybox); Start-LxcContainer armor')
        $lines | Should -HaveCount 1
        $lines | Should -BeLike 'error|ConfinementFailed|*lxc-container-user*not loaded|*New-LxcProfile lxc-container-user | Register-LxcProfile*'
        (Get-LxcContainer armor -LxcPath $user.LxcPath).State | Should -Be 'Stopped'
    }

    It 'starts without it where its configuration allows that, with a warning' {
        $lines = @(Invoke-As $user "Start-LxcContainer armor -Config @{ 'lxc.apparmor.allow_incomplete' = 1 }")
        @($lines -like 'warning|*not fully confined by AppArmor*lxc-container-user*not loaded*') | Should -HaveCount 1
        Get-Label (Get-LxcContainer armor -LxcPath $user.LxcPath).ProcessId | Should -Be 'unconfined'
        Invoke-As $user 'Stop-LxcContainer armor -Kill' | Should -BeNullOrEmpty
    }

    It 'is confined by it, and so is what enters' {
        Register-UserProfile
        Invoke-As $user '$WarningPreference = "Ignore"; Start-LxcContainer armor' | Should -BeNullOrEmpty
        Get-Label (Get-LxcContainer armor -LxcPath $user.LxcPath).ProcessId | Should -Be 'lxc-container-user (enforce)'
        $lines = Invoke-As $user @'
Invoke-LxcCommand armor sh -ArgumentList '-c', 'cat /proc/self/attr/apparmor/current; mkdir -p /mnt/p; mount -t proc proc /mnt/p 2>&1; (echo h > /proc/sysrq-trigger) 2>&1; echo alive'
'@
        $lines[0] | Should -Be 'lxc-container-user (enforce)'
        $lines[1] | Should -BeLike '*denied*'
        $lines[2] | Should -Match 'denied|Read-only|nonexistent'
        $lines[-1] | Should -Be 'alive'
    }

    It 'has no rules of its own, which are refused' {
        Invoke-As $user 'Stop-LxcContainer armor -Kill' | Should -BeNullOrEmpty
        foreach ($key in 'raw', 'allow_nesting') {
            $value = if ($key -eq 'raw') { 'deny /srv/** w,' } else { '1' }
            $lines = @(Invoke-As $user "Start-LxcContainer armor -Config @{ 'lxc.apparmor.$key' = '$value' }")
            $lines | Should -BeLike 'error|ConfinementFailed|*its own rules*'
        }
    }
}

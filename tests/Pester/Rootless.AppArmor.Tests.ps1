BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Rootless.ps1
    $first = 1700000000
    $user = New-User lxcpsarmor 60714 "$($first):65536"
}

AfterAll {
    Unregister-UserProfile
    Remove-UserContainers $user
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'The container of a user where AppArmor is in force' -Tag AppArmor {
    # Few sessions, for in the emulated machine each takes long.
    # keys: lxc.apparmor.allow_incomplete
    It 'is refused without the profile that root registers, or starts without it where its configuration allows that, with a warning' {
        $lines = @(Invoke-As $user @'
[void] (New-LxcContainer armor -Template Busybox)
Start-LxcContainer armor
(Get-LxcContainer armor).State
Start-LxcContainer armor -Config @{ 'lxc.apparmor.allow_incomplete' = 1 }
Invoke-LxcCommand armor cat /proc/1/attr/apparmor/current
Stop-LxcContainer armor -Kill
'@)
        $lines[0] | Should -BeLike 'error|ConfinementFailed|*lxc-container-user*not loaded*|*New-LxcProfile lxc-container-user | Register-LxcProfile*'
        $lines[1] | Should -Be 'Stopped'
        @($lines -like 'warning|*not fully confined by AppArmor*lxc-container-user*not loaded*') | Should -HaveCount 1
        $lines[-1] | Should -Be 'unconfined'
    }

    It 'is confined by it, and so is what enters; it has no rules of its own' {
        Register-UserProfile
        $lines = @(Invoke-As $user @'
$WarningPreference = 'Ignore'
foreach ($one in @{ 'lxc.apparmor.raw' = 'deny /srv/** w,' }, @{ 'lxc.apparmor.allow_nesting' = '1' }) {
    Start-LxcContainer armor -Config $one
}

Start-LxcContainer armor
Invoke-LxcCommand armor sh -ArgumentList '-c', 'cat /proc/1/attr/apparmor/current /proc/self/attr/apparmor/current; mkdir -p /mnt/p; mount -t proc proc /mnt/p 2>&1; (echo h > /proc/sysrq-trigger) 2>&1; echo alive'
'@)
        $lines[0..1] | Should -BeLike 'error|ConfinementFailed|*its own rules*'
        $lines[2..3] | Should -Be 'lxc-container-user (enforce)', 'lxc-container-user (enforce)'
        $lines[4] | Should -BeLike '*denied*'
        $lines[5] | Should -Match 'denied|Read-only|nonexistent'
        $lines[-1] | Should -Be 'alive'
        $init = (Get-LxcContainer armor -LxcPath $user.LxcPath).ProcessId
        [IO.File]::ReadAllText("/proc/$init/attr/apparmor/current").Trim() | Should -Be 'lxc-container-user (enforce)'
    }
}

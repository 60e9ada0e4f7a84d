BeforeAll {
    . $PSScriptRoot/Common.ps1
    $all = @(Test-LxcHost)
}

AfterAll {
    Remove-TestContainers
}

Describe 'Test-LxcHost' -Tag Vm {
    It 'gives a typed object for each capability, once' {
        $all.Count | Should -BeGreaterThan 30
        $all | Should -BeOfType [LxcPS.Engine.Diagnostics.HostCapability]
        foreach ($capability in $all) {
            $capability.Name | Should -Not -BeNullOrEmpty
            $capability.IsAvailable | Should -BeOfType [bool]
            $capability.IsRequired | Should -BeOfType [bool]
            $capability.Category | Should -BeOfType [LxcPS.Engine.Diagnostics.CapabilityCategory]
            $capability.Purpose | Should -Not -BeNullOrEmpty -Because "$($capability.Name) is for something"
        }

        @($all | Group-Object -Property Name | Where-Object Count -GT 1) | Should -HaveCount 0
    }

    It 'says how to get each that is missing' {
        $missing = @($all | Where-Object { -not $_.IsAvailable })
        foreach ($capability in $missing) {
            $capability.Advice | Should -Not -BeNullOrEmpty -Because "$($capability.Name) is missing"
        }
    }

    It 'knows this host: <Name>' -ForEach @(
        @{ Name = 'User namespaces'; Fact = { [IO.File]::Exists('/proc/self/ns/user') } }
        @{ Name = 'Cgroup namespaces'; Fact = { [IO.File]::Exists('/proc/self/ns/cgroup') } }
        @{ Name = 'Time namespaces'; Fact = { [IO.File]::Exists('/proc/self/ns/time') } }
        @{ Name = 'Controller memory'; Fact = { ([IO.File]::ReadAllText('/proc/cgroups') -match '(?m)^memory\s+\d+\s+\d+\s+1$') } }
        @{ Name = 'Controller pids'; Fact = { ([IO.File]::ReadAllText('/proc/cgroups') -match '(?m)^pids\s+\d+\s+\d+\s+1$') } }
        @{ Name = 'overlay'; Fact = { [IO.File]::ReadAllText('/proc/filesystems') -match '\toverlay\n' } }
        @{ Name = 'Seccomp'; Fact = { [IO.File]::ReadAllText('/proc/self/status') -match '(?m)^Seccomp:' } }
        @{ Name = 'IPv4 forwarding'; Fact = { [IO.File]::ReadAllText('/proc/sys/net/ipv4/ip_forward').Trim() -eq '1' } }
        @{ Name = 'busybox'; Fact = { [bool] (Get-Command busybox -CommandType Application -ErrorAction Ignore) } }
        @{ Name = 'tar'; Fact = { [bool] (Get-Command tar -CommandType Application -ErrorAction Ignore) } }
        @{ Name = 'newuidmap'; Fact = { [bool] (Get-Command newuidmap -CommandType Application -ErrorAction Ignore) } }
        @{ Name = 'AppArmor'; Fact = { [IO.File]::Exists('/sys/module/apparmor/parameters/enabled') -and [IO.File]::ReadAllText('/sys/module/apparmor/parameters/enabled').Trim() -eq 'Y' } }
    ) {
        ($all | Where-Object Name -EQ $Name).IsAvailable | Should -Be (& $Fact)
    }

    It 'takes names with wildcards' {
        (Test-LxcHost 'controller*').Name | Should -Be ($all.Name | Where-Object { $_ -like 'Controller*' })
        (Test-LxcHost overlay, tar).Name | Sort-Object | Should -Be 'overlay', 'tar'
        Test-LxcHost 'no such capability' | Should -BeNullOrEmpty
    }

    It 'gives one Boolean with -Quiet: whether all that is required is there' {
        $quiet = @(Test-LxcHost -Quiet)
        $quiet | Should -HaveCount 1
        $quiet[0] | Should -BeOfType [bool]
        $quiet[0] | Should -Be (@($all | Where-Object { $_.IsRequired -and -not $_.IsAvailable }).Count -eq 0)
    }

    It 'is true here, where containers run' {
        Test-LxcHost -Quiet | Should -BeTrue
    }

    It 'sees that a directory of containers cannot be used' {
        $readOnly = "$LxcPath/read-only"
        [void] [IO.Directory]::CreateDirectory($readOnly)
        & mount '--bind' $readOnly $readOnly
        & mount '-o' 'remount,ro,bind' $readOnly
        try {
            (Test-LxcHost LxcPath -LxcPath "$readOnly/lxc").IsAvailable | Should -BeFalse
            Test-LxcHost -Quiet -LxcPath "$readOnly/lxc" | Should -BeFalse
        }
        finally {
            & umount $readOnly
            [IO.Directory]::Delete($readOnly)
        }

        [IO.File]::WriteAllText("$LxcPath/file", '')
        (Test-LxcHost LxcPath -LxcPath "$LxcPath/file").IsAvailable | Should -BeFalse
        [IO.File]::Delete("$LxcPath/file")
    }

    It 'finds capabilities without changing the host' {
        $mounts = [IO.File]::ReadAllText('/proc/self/mountinfo')
        $links = [IO.Directory]::GetFileSystemEntries('/sys/class/net')
        [void] (Test-LxcHost)
        [IO.File]::ReadAllText('/proc/self/mountinfo') | Should -Be $mounts
        [IO.Directory]::GetFileSystemEntries('/sys/class/net') | Should -Be $links
    }
}

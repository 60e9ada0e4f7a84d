# Get-LxcSeccomp and Set-LxcSeccomp: policies as objects, and what comes of them in containers.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    $name = "policy-$Unique"
    $other = "other-$Unique"
    [void] (New-TestContainer $name, $other)
    $default = Join-Path (Split-Path $env:LXCPS_MODULE) default.seccomp

    # Containers share the default policy; one of their own is in their directories.
    $common = '/var/lib/lxcps/seccomp/default-*.seccomp'
    $own = "$LxcPath/$name/seccomp"

    function New-Policy {
        param([string] $Text, [string] $Path = (Join-Path $LxcPath "$([guid]::NewGuid()).seccomp"))
        [IO.File]::WriteAllText($Path, $Text)
        $Path
    }

    function Get-Answer {
        # What a container's sethostname(2) answers.
        param([string] $Container)
        @(Start-LxcContainer $Container -Command sh -ArgumentList '-c', 'hostname other 2>&1 && echo done')[0]
    }
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'Get-LxcSeccomp' {
    It 'gives the policy of a container as objects' {
        $policy = Get-LxcSeccomp $name
        $policy | Should -BeOfType LxcPS.LxcSeccomp
        $policy.Name, $policy.LxcPath | Should -Be $name, $LxcPath
        $policy.Path | Should -BeLike $common
        $policy.Format, $policy.DefaultAction, $policy.DefaultErrno | Should -Be 2, 'allow', $null
        $ioctl = $policy.Rules | Where-Object Call -EQ ioctl
        $ioctl.Action, $ioctl.Errno, $ioctl.Architecture | Should -Be 'errno', 1, $null
        $ioctl.Conditions | Should -HaveCount 1
        $ioctl.Conditions[0].Argument, $ioctl.Conditions[0].Value, $ioctl.Conditions[0].Mask | Should -Be 1, 0x5412, 4294967295
        [IO.File]::ReadAllLines($policy.Path)[$ioctl.Line - 1] | Should -BeLike 'ioctl *'
    }

    It 'takes patterns, and containers of the pipeline by object and by property' {
        (Get-LxcSeccomp "*-$Unique").Name | Should -Be $other, $name
        (Get-LxcContainer $name | Get-LxcSeccomp).Name | Should -Be $name
        ([pscustomobject]@{ Name = $other } | Get-LxcSeccomp).Name | Should -Be $other
        Get-LxcSeccomp 'no-such-*' | Should -BeNullOrEmpty
    }

    It 'reads a file without a container, of either format' {
        $two = Get-LxcSeccomp -Path (New-Policy "2`nallowlist errno 38`n[x86_64]`nread`nopen notify [0,5,>=]`n")
        $two.Name, $two.Format, $two.DefaultAction, $two.DefaultErrno | Should -Be $null, 2, 'errno', 38
        $two.Rules.Call | Should -Be read, open
        $two.Rules.Action | Should -Be allow, notify
        $two.Rules.Architecture | Should -Be x86_64, x86_64
        "$($two.Rules[1].Conditions)" | Should -Be '[0,0x5,>=]'
        $one = Get-LxcSeccomp -Path (New-Policy "1`nallowlist`n0`n1`n")
        $one.Format, $one.DefaultAction | Should -Be 1, 'kill'
        $one.Rules | Should -HaveCount 2
        $one.Rules.Line | Should -Be 3, 4
        if ([Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture -eq 'X64') {
            $one.Rules.Call | Should -Be read, write
        }
    }

    It 'says where there is none' {
        Set-LxcContainer $other -Config @{ 'lxc.seccomp.profile' = $null }
        $policy = Get-LxcSeccomp $other
        $policy.Path, $policy.Format, $policy.DefaultAction | Should -Be $null, $null, 'allow'
        $policy.Rules | Should -HaveCount 0
        Set-LxcSeccomp $other -Default
    }

    It 'has a table' {
        Get-LxcSeccomp $name | Out-String | Should -Match "(?m)Name\s+Format DefaultAction\s+Rules Path\s*\r?\n.*\r?\n$name\s+2 allow\s+\d+ /"
        (Get-LxcSeccomp $name).Rules[0] | Out-String | Should -Match 'umount2\s+errno 13\s+\[1,0x1,&=,0x1\]'
    }

    It 'writes an error with <Id> for <Case>, and goes on' -ForEach @(
        @{ Case = 'a container that is not there'; Id = 'ContainerNotFound'; Arguments = { @{ Name = 'missing', $name } }; Category = 'ObjectNotFound'; Target = 'missing' }
        @{ Case = 'a file that is not there'; Id = 'ConfinementFailed'; Arguments = { @{ Path = "$LxcPath/missing", $default } }; Category = 'ObjectNotFound' }
        @{ Case = 'a directory'; Id = 'ConfinementFailed'; Arguments = { @{ Path = $LxcPath, $default } }; Category = 'ResourceUnavailable' }
        @{ Case = 'a policy with a fault'; Id = 'ConfigSyntax'; Arguments = { @{ Path = (New-Policy "2`ndenylist`nmount deny`n"), $default } }; Category = 'ParserError'; Message = "*line 3*'deny'*" }
        @{ Case = 'a path of another provider'; Id = 'StorageFailed'; Arguments = { @{ Path = 'env:PATH', $default } }; Category = 'InvalidOperation' }
    ) {
        $parameters = & $Arguments
        $found = Get-LxcSeccomp @parameters -ErrorVariable failures -ErrorAction SilentlyContinue
        $found | Should -HaveCount 1
        $failures | Should -HaveCount 1
        $failures[0].FullyQualifiedErrorId | Should -Be "$Id,LxcPS.Commands.GetLxcSeccompCommand"
        $failures[0].CategoryInfo.Category | Should -Be $Category
        $failures[0].TargetObject | Should -Not -BeNullOrEmpty
        $failures[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        if ($Message) { "$($failures[0])" | Should -BeLike $Message }
    }
}

Describe 'Set-LxcSeccomp' {
    AfterEach { Set-LxcSeccomp $name -Default }

    It 'denies calls in a policy of the container''s own, which its programs then feel' {
        Set-LxcSeccomp $name -Deny sethostname -Errno 87 | Should -BeNullOrEmpty
        Get-Answer $name | Should -BeLike '*Too many users*'
        $policy = Get-LxcSeccomp $name
        $policy.Path | Should -Be $own
        $policy.Rules.Count | Should -Be ((Get-LxcSeccomp $other).Rules.Count + 1)
        Get-Answer $other | Should -Be 'done'
    }

    It 'allows again what it denied, and what the default denies' {
        Set-LxcSeccomp $name -Deny sethostname
        Set-LxcSeccomp $name -Allow sethostname, keyctl
        Get-Answer $name | Should -Be 'done'
        (Get-LxcSeccomp $name).Rules.Call | Should -Not -Contain keyctl
        (Get-LxcSeccomp $name).Rules.Call | Should -Contain bpf
    }

    It 'makes a policy of its own of a shared one, and leaves that alone' {
        $shared = New-Policy "2`n# mine`ndenylist`n[all]`nbpf errno 1`n"
        $text = [IO.File]::ReadAllText($shared)
        Set-LxcSeccomp $name, $other -Path $shared
        (Get-LxcSeccomp $name, $other).Path | Should -Be $shared, $shared
        Set-LxcSeccomp $name -Deny sethostname -Allow bpf
        (Get-LxcSeccomp $name).Path | Should -Be $own
        (Get-LxcSeccomp $name).Rules.Call | Should -Be sethostname
        [IO.File]::ReadAllText($shared) | Should -Be $text
        [IO.File]::ReadAllText((Get-LxcSeccomp $name).Path) | Should -BeLike '*# mine*'
        Set-LxcSeccomp $other -Default
    }

    It 'adds to an allowlist what is allowed, and takes out what is denied' {
        Set-LxcSeccomp $name -Path (New-Policy "2`nallowlist errno 1`nread`nwrite`n")
        Set-LxcSeccomp $name -Allow open -Deny write
        $policy = Get-LxcSeccomp $name
        $policy.Rules.Call | Should -Be read, open
        Set-LxcSeccomp $name -Deny read -Errno 38
        (Get-LxcSeccomp $name).Rules | ForEach-Object { "$($_.Call) $($_.Action) $($_.Errno)".Trim() } | Should -Be 'open allow', 'read errno 38'
    }

    It 'takes the policy away, and brings the default back' {
        Set-LxcSeccomp $name -None
        (Get-LxcSeccomp $name).Path | Should -BeNullOrEmpty
        Set-LxcSeccomp $name -Deny sethostname
        Set-LxcSeccomp $name -Default
        (Get-LxcSeccomp $name).Path | Should -BeLike $common
        (Get-LxcSeccomp $name).Path | Should -Be (Get-LxcSeccomp $other).Path
        [IO.File]::ReadAllText((Get-LxcSeccomp $name).Path) | Should -Be ([IO.File]::ReadAllText($default))
        $own | Should -Not -Exist
    }

    It 'makes the shared policy again where it is missing' {
        $path = (Get-LxcSeccomp $name).Path
        [IO.File]::Move($path, "$path.$Unique")
        try {
            Set-LxcSeccomp $name -Default
            (Get-LxcSeccomp $name).Path | Should -Be $path
            [IO.File]::ReadAllText($path) | Should -Be ([IO.File]::ReadAllText("$path.$Unique"))
            "$(& stat -c '%a %u' $path) $(& stat -c '%a %u' (Split-Path $path))" | Should -Be '644 0 755 0'
        }
        finally {
            [IO.File]::Move("$path.$Unique", $path, $true)
        }
    }

    It 'leaves a container alone that has a copy of the default of its own, as earlier versions made it' {
        [IO.File]::Copy($default, $own)
        Set-LxcConfig $name lxc.seccomp.profile $own
        Get-Answer $name | Should -Be 'done'
        (Get-LxcSeccomp $name).Path | Should -Be $own
    }

    It 'takes containers of the pipeline, and passes them on' {
        $changed = Get-LxcContainer "*-$Unique" | Set-LxcSeccomp -Deny sethostname -PassThru
        ($changed | Sort-Object Name).Name | Should -Be $other, $name
        $changed[0] | Should -BeOfType LxcPS.LxcContainer
        ($changed | Get-LxcSeccomp | ForEach-Object { $_.Rules.Call -contains 'sethostname' }) | Should -Be $true, $true
        $changed | Set-LxcSeccomp -Default
    }

    It 'does nothing with -WhatIf' {
        Set-LxcSeccomp $name -Deny keyctl
        $before = [IO.File]::ReadAllText($own)
        Set-LxcSeccomp $name -Deny sethostname -WhatIf
        Set-LxcSeccomp $name -None -WhatIf
        Set-LxcSeccomp $name -Default -WhatIf
        [IO.File]::ReadAllText($own) | Should -Be $before
        (Get-LxcSeccomp $name).Path | Should -Be $own
    }

    It 'leaves everything as it was, with <Id>, for <Case>' -ForEach @(
        @{ Case = 'a call that is none'; Id = 'ConfigInvalidValue'; Parameters = { @{ Deny = 'mont' } }; Message = "*'mont'*"; Advice = '*mount*' }
        @{ Case = 'a name with an escape'; Id = 'ConfigInvalidValue'; Parameters = { @{ Allow = "mount`nbpf" } }; Message = '*mount\n*' }
        @{ Case = 'a policy with a fault'; Id = 'ConfigSyntax'; Parameters = { @{ Path = New-Policy "2`ndenylist`nmount nope`n" } }; Message = "*line 3*'nope'*" }
        @{ Case = 'a policy that does not compile'; Id = 'ConfinementFailed'; Parameters = { @{ Path = New-Policy "2`ndenylist`nmknod errno 1 [0,1,==][0,2,==]`n" } }; Message = '*mknod*line 3*' }
        @{ Case = 'a policy that is not there'; Id = 'ConfinementFailed'; Parameters = { @{ Path = "$LxcPath/missing" } } }
    ) {
        Set-LxcSeccomp $name -Deny keyctl
        $before = [IO.File]::ReadAllText("$LxcPath/$name/config") + [IO.File]::ReadAllText($own)
        $arguments = & $Parameters
        Set-LxcSeccomp $name @arguments -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures | Should -HaveCount 1
        $failures[0].FullyQualifiedErrorId | Should -Be "$Id,LxcPS.Commands.SetLxcSeccompCommand"
        $failures[0].TargetObject | Should -Be $name
        if ($Message) { "$($failures[0])" | Should -BeLike $Message }
        $failures[0].ErrorDetails.RecommendedAction | Should -BeLike $(if ($Advice) { $Advice } else { '?*' })
        [IO.File]::ReadAllText("$LxcPath/$name/config") + [IO.File]::ReadAllText($own) | Should -Be $before
    }

    It 'refuses to change a list of numbers' {
        Set-LxcSeccomp $name -Path (New-Policy "1`nallowlist`n0`n1`n")
        { Set-LxcSeccomp $name -Deny bpf } | Should -Throw -ErrorId 'ConfigUnsupported,*'
    }

    It 'ends with <Id> for <Parameters.Keys>' -ForEach @(
        @{ Id = 'SeccompChoice'; Parameters = @{} }
        @{ Id = 'SeccompChoice'; Parameters = @{ None = $true; Default = $true } }
        @{ Id = 'SeccompChoice'; Parameters = @{ None = $true; Deny = 'bpf' } }
        @{ Id = 'ErrnoWithoutDeny'; Parameters = @{ Allow = 'bpf'; Errno = 38 } }
        @{ Id = 'DenyAndAllow'; Parameters = @{ Allow = 'bpf', 'mount'; Deny = 'mount' } }
    ) {
        { Set-LxcSeccomp $name @Parameters } | Should -Throw -ErrorId "$Id,LxcPS.Commands.SetLxcSeccompCommand"
    }

    It 'completes names of system calls' {
        $line = 'Set-LxcSeccomp x -Deny umo'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain umount2
        $line = 'Set-LxcSeccomp x -Allow keyc'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be keyctl
    }

    It 'holds for a container that runs from its next start on' {
        Start-LxcContainer $name
        Set-LxcSeccomp $name -None
        (Get-Content "/proc/$((Get-LxcContainer $name).ProcessId)/status") -match '^Seccomp:\s+2' | Should -HaveCount 1
        Stop-LxcContainer $name -Kill
    }
}

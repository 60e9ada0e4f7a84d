BeforeDiscovery {
    $noParser = -not (Get-Command apparmor_parser -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $policy = "$LxcPath-policy"
    $PSDefaultParameterValues['*-LxcProfile:PolicyPath'] = $policy
    $name = "lxc-$Unique"
}

AfterAll {
    Get-LxcProfile "lxc-*$Unique" | Remove-LxcProfile -Force -Confirm:$false
    Remove-TestContainers
    Remove-Item $policy -Recurse -Force
}

Describe 'Register-LxcProfile' {
    It 'writes the file of a profile' {
        $new = New-LxcProfile $name
        $new | Register-LxcProfile | Should -BeNullOrEmpty
        [IO.File]::ReadAllText("$policy/$name") | Should -Be $new.Source
        stat -c %a "$policy/$name" | Should -Be '644'
        (New-LxcProfile $name | Register-LxcProfile -PassThru).Path | Should -Be "$policy/$name" -Because 'the same again is no conflict'
    }

    It 'replaces another content with -Force alone' {
        $other = New-LxcProfile $name -DenyPath /srv/**
        $outcome = Get-Outcome { $other | Register-LxcProfile }
        $outcome.Errors.FullyQualifiedErrorId | Should -Be 'ProfileExists,LxcPS.Commands.RegisterLxcProfileCommand'
        $outcome.Errors.CategoryInfo.Category | Should -Be 'ResourceExists'
        $outcome.Errors.TargetObject | Should -Be $name
        [IO.File]::ReadAllText("$policy/$name") | Should -Not -Match '/srv'
        $other | Register-LxcProfile -Force
        [IO.File]::ReadAllText("$policy/$name") | Should -Be $other.Source
    }

    It 'takes a file' {
        [IO.File]::WriteAllText("$LxcPath-file", "profile lxc-file-$Unique {`n  file,`n}`n")
        Register-LxcProfile -Path "$LxcPath-file"
        (Get-LxcProfile "lxc-file-$Unique").Path | Should -Be "$policy/lxc-file-$Unique"
        [IO.File]::WriteAllText("$LxcPath-file", "profile firefox {`n}`n")
        (Get-Outcome { Register-LxcProfile "$LxcPath-file" }).Errors.FullyQualifiedErrorId | Should -Be 'InvalidName,LxcPS.Commands.RegisterLxcProfileCommand'
        Remove-Item "$LxcPath-file"
    }

    It 'changes the file that defines the profile, whatever its name, and none of several profiles' {
        [IO.File]::WriteAllText("$policy/own", "profile lxc-own-$Unique {`n}`n")
        New-LxcProfile "lxc-own-$Unique" | Register-LxcProfile -Force
        [IO.File]::ReadAllText("$policy/own") | Should -Match 'pivot_root'
        Test-Path "$policy/lxc-own-$Unique" | Should -BeFalse
        [IO.File]::AppendAllText("$policy/own", "profile lxc-more-$Unique {`n}`n")
        $outcome = Get-Outcome { Get-LxcProfile "lxc-own-$Unique" | Register-LxcProfile; New-LxcProfile "lxc-own-$Unique" | Register-LxcProfile -Force }
        $outcome.Errors.Exception.ErrorId | Should -Be 'ConfigUnsupported', 'ConfigUnsupported'
        [IO.File]::WriteAllText("$policy/own", "profile lxc-own-$Unique {`n}`n")
        Remove-LxcProfile "lxc-own-$Unique" -Confirm:$false
        Test-Path "$policy/own" | Should -BeFalse
    }

    It 'writes nothing that the parser does not take, and nothing with -WhatIf' -Skip:$noParser {
        [IO.File]::WriteAllText("$LxcPath-file", "profile lxc-bad-$Unique {`n  nonsense,`n}`n")
        (Get-Outcome { Register-LxcProfile "$LxcPath-file" }).Errors.FullyQualifiedErrorId | Should -Be 'ConfinementFailed,LxcPS.Commands.RegisterLxcProfileCommand'
        Remove-Item "$LxcPath-file"
        New-LxcProfile "lxc-if-$Unique" | Register-LxcProfile -WhatIf
        [IO.Directory]::GetFiles($policy).Count | Should -Be 2
    }
}

Describe 'Unregister-LxcProfile and Remove-LxcProfile' {
    It 'disable the file, and registering it enables it again' {
        Unregister-LxcProfile $name -WhatIf
        Test-Path "$policy/disable/$name" | Should -BeFalse
        Unregister-LxcProfile $name
        (Get-Item "$policy/disable/$name").LinkTarget | Should -Be "$policy/$name"
        Get-LxcProfile $name | Register-LxcProfile
        Test-Path "$policy/disable/$name" | Should -BeFalse
    }

    It 'delete the file and the link' {
        Unregister-LxcProfile $name
        Get-LxcProfile $name | Remove-LxcProfile -Confirm:$false
        Test-Path "$policy/$name" | Should -BeFalse
        @([IO.Directory]::GetFileSystemEntries("$policy/disable")) | Should -BeNullOrEmpty
    }

    It 'leave a file of several profiles, and this module''s own profile' {
        [IO.File]::WriteAllText("$policy/two", "profile lxc-two-a {`n}`nprofile lxc-two-b {`n}`n")
        $outcome = Get-Outcome { Remove-LxcProfile lxc-two-a, lxcps-monitor, lxc-nobody -Confirm:$false }
        $outcome.Errors.Exception.ErrorId | Should -Be 'ConfigUnsupported', 'InvalidName', 'ProfileNotFound'
        Test-Path "$policy/two" | Should -BeTrue
        Remove-Item "$policy/two"
    }
}

Describe 'A registered profile' -Tag AppArmor {
    It 'is loaded, confines a container, stays while that runs, and goes' {
        $box = "box-$Unique"
        $named = "lxc-box-$Unique"
        New-LxcProfile $named -DenyPath /kept | Register-LxcProfile
        (Get-LxcProfile $named).Mode | Should -Be 'enforce'
        [void] (New-TestContainer $box | Set-LxcProfile $named -PassThru | Start-LxcContainer)
        (Get-LxcProfile $named).Containers | Should -Be $box
        Invoke-LxcCommand $box sh '-c' 'cat /proc/self/attr/apparmor/current; (echo x >/kept) 2>&1 | grep -o denied' | Should -Be "$named (enforce)", 'denied'
        $outcome = Get-Outcome { Unregister-LxcProfile $named }
        $outcome.Errors.FullyQualifiedErrorId | Should -Be 'ProfileInUse,LxcPS.Commands.UnregisterLxcProfileCommand'
        $outcome.Errors.CategoryInfo.Category | Should -Be 'ResourceBusy'
        (Get-LxcProfile $named).IsLoaded | Should -BeTrue
        Stop-LxcContainer $box -Kill
        Unregister-LxcProfile $named
        (Get-LxcProfile $named).IsLoaded | Should -BeFalse
        Get-LxcProfile $named | Register-LxcProfile
        Remove-LxcProfile $named -Confirm:$false
        Get-LxcProfile "$named*" | Should -BeNullOrEmpty
    }
}

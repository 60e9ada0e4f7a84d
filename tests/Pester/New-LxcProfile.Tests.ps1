BeforeDiscovery {
    $noParser = -not (Get-Command apparmor_parser -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Expect.ps1
}

AfterAll {
    Remove-TestContainers
}

Describe 'New-LxcProfile' {
    It 'composes a profile and registers nothing' {
        $profile = New-LxcProfile -Name lxc-web
        $profile | Should -BeOfType ([LxcPS.LxcProfile])
        "$profile" | Should -Be 'lxc-web'
        $profile.Source | Should -Match '(?m)^profile "lxc-web" flags=\(attach_disconnected,mediate_deleted\) \{$'
        $profile.Source | Should -Match '(?m)^  capability,$'
        $profile.Source | Should -Not -Match 'change_profile'
        $profile.Path | Should -BeNullOrEmpty
        $profile.IsLoaded | Should -BeFalse
    }

    It 'begins with <Base>' -ForEach @(
        @{ Base = 'Container'; Has = '^  pivot_root,$'; Not = 'deny mount options=\(rw,bind\) /proc' }
        @{ Base = 'Privileged'; Has = 'deny mount options=\(rw,bind\) /proc'; Not = '^  pivot_root,$' }
        @{ Base = 'None'; Has = '^  signal \(receive\),$'; Not = 'file,|capability|network|mount|deny' }
    ) {
        $source = (New-LxcProfile lxc-web -Base $Base).Source
        $source | Should -Match "(?m)$Has"
        $source | Should -Not -Match "(?m)$Not"
    }

    It 'has what the parameters give, base <_>' -ForEach 'Container', 'Privileged', 'None' {
        $source = (New-LxcProfile lxc-web -Base $_ -DenyPath /srv/**, '/a b/*' -AllowMount 'nfs*', 'fstype=ext4 options=(ro) /dev/vdb -> /mnt/' `
            -Capability CHOWN, cap_net_raw -Network inet, 'inet6 stream' -Rule 'deny /x w,').Source
        $lines = $source -split "`n" | ForEach-Object Trim
        'audit deny /srv/** rwklx,', 'audit deny "/a b/*" rwklx,', 'mount fstype=nfs*,', 'mount fstype=ext4 options=(ro) /dev/vdb -> /mnt/,',
        'capability chown,', 'capability net_raw,', 'network inet,', 'network inet6 stream,', 'deny /x w,' |
            Where-Object { $_ -notin $lines } | Should -BeNullOrEmpty
        $lines | Where-Object { $_ -in 'capability,', 'network,' } | Should -BeNullOrEmpty
    }

    It 'does not deny the file systems that it allows' {
        $type = '(?m)^  deny mount fstype=n'
        (New-LxcProfile lxc-web).Source | Should -Not -Match $type
        (New-LxcProfile lxc-web).Source | Should -Match '(?m)^  deny mount fstype=\[\^[^]]*\]\*'
        (New-LxcProfile lxc-web -AllowMount 'nfs*').Source | Should -Match '(?m)^  deny mount fstype=\[\^[^]]*n[^]]*\]\*'
    }

    It 'takes no capability and no network' {
        $source = (New-LxcProfile lxc-web -Capability @() -Network @()).Source
        $source | Should -Not -Match '(?m)^  (capability|network)'
    }

    It 'is compiled: what the parser does not take is an error with its words' -Skip:$noParser {
        $outcome = Get-Outcome { New-LxcProfile lxc-web -Rule 'deny nonsense,' }
        $outcome.Output | Should -BeNullOrEmpty
        $outcome.Errors.FullyQualifiedErrorId | Should -Be 'ConfinementFailed,LxcPS.Commands.NewLxcProfileCommand'
        $outcome.Errors.ErrorDetails.Message | Should -Match 'syntax error'
        (New-LxcProfile lxc-nest -Nesting).Source | Should -Match '(?m)^  mount,$'
    }

    It 'does not take <Name> <Arguments>' -ForEach @(
        @{ Id = 'InvalidName'; Name = 'web'; Arguments = @{} }
        @{ Id = 'InvalidName'; Name = 'lxc-../x'; Arguments = @{} }
        @{ Id = 'InvalidName'; Name = "lxc-a`nb"; Arguments = @{} }
        @{ Id = 'ConfigInvalidValue'; Name = 'lxc-a'; Arguments = @{ Capability = 'fly' } }
        @{ Id = 'ConfigInvalidValue'; Name = 'lxc-a'; Arguments = @{ DenyPath = 'srv' } }
        @{ Id = 'ConfigInvalidValue'; Name = 'lxc-a'; Arguments = @{ DenyPath = "/srv w,`nfile" } }
        @{ Id = 'ConfigInvalidValue'; Name = 'lxc-a'; Arguments = @{ AllowMount = "nfs,`nfile" } }
    ) {
        $outcome = Get-Outcome { New-LxcProfile $Name @Arguments }
        $outcome.Output | Should -BeNullOrEmpty
        $outcome.Errors.FullyQualifiedErrorId | Should -Be "$Id,LxcPS.Commands.NewLxcProfileCommand"
        $outcome.Errors.CategoryInfo.Category | Should -Be 'InvalidArgument'
        $outcome.Errors.TargetObject | Should -Be $Name
        $outcome.Errors.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'completes capabilities and networks' {
        (TabExpansion2 'New-LxcProfile lxc-x -Capability chow').CompletionMatches.CompletionText | Should -Be 'chown'
        (TabExpansion2 'New-LxcProfile lxc-x -Network ine').CompletionMatches.CompletionText | Should -Be 'inet', 'inet6'
    }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $policy = "$LxcPath-policy"
    [void] (New-Item -ItemType Directory $policy, $policy/lxc, $policy/disable)
    [IO.File]::WriteAllText("$policy/web", "# profile lxc-not {`nprofile lxc-web flags=(attach_disconnected) {`n}`n")
    [IO.File]::WriteAllText("$policy/lxc/both", "  profile lxc-container-a {`n}`n`tprofile `"lxc-b c`"{`n}`n")
    [IO.File]::WriteAllText("$policy/lxcps-monitor", "profile lxcps-monitor {`n}`n")
    [IO.File]::WriteAllText("$policy/firefox", "profile firefox {`n}`n")
    [IO.File]::WriteAllText("$policy/web.dpkg-old", "profile lxc-old {`n}`n")
    $one = "one-$Unique"
    [void] (New-TestContainer $one @{ 'lxc.apparmor.profile' = 'lxc-web' })
    $PSDefaultParameterValues['*-LxcProfile:PolicyPath'] = $policy
}

AfterAll {
    Remove-TestContainers
    Remove-Item $policy -Recurse
}

Describe 'Get-LxcProfile' {
    It 'emits the profiles for containers that files define' {
        $profiles = Get-LxcProfile | Where-Object Path
        $profiles.Name | Should -Be 'lxc-b c', 'lxc-container-a', 'lxc-web', 'lxcps-monitor'
        $web = $profiles | Where-Object Name -EQ lxc-web
        $web.Path | Should -Be "$policy/web"
        $web.IsLoaded | Should -BeFalse
        $web.Mode | Should -BeNullOrEmpty
        $web.IsGenerated | Should -BeFalse
        $web.Containers | Should -Be $one
        $web.Source | Should -Be ([IO.File]::ReadAllText("$policy/web"))
        "$web" | Should -Be 'lxc-web'
    }

    It 'takes names and wildcards' {
        (Get-LxcProfile lxc-web, lxc-container*).Name | Should -Be 'lxc-web', 'lxc-container-a'
        ('lxc-web' | Get-LxcProfile).Name | Should -Be 'lxc-web'
        Get-LxcProfile lxc-none* | Should -BeNullOrEmpty
    }

    It 'says which there is not' {
        $outcome = Get-Outcome { Get-LxcProfile lxc-nobody, lxc-web }
        $outcome.Output.Name | Should -Be 'lxc-web'
        $outcome.Errors.FullyQualifiedErrorId | Should -Be 'ProfileNotFound,LxcPS.Commands.GetLxcProfileCommand'
        $outcome.Errors.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $outcome.Errors.TargetObject | Should -Be 'lxc-nobody'
        $outcome.Errors.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'has a table' {
        (Get-LxcProfile lxc-web | Out-String -Width 200) | Should -Match "Name +Mode +Containers +Path\s+-+ [- ]+\s+lxc-web +$one +$([regex]::Escape($policy))/web"
    }

    It 'completes its names' {
        (TabExpansion2 "Get-LxcProfile -PolicyPath $policy lxc-we").CompletionMatches.CompletionText | Should -Be 'lxc-web'
    }

    It 'has those of files alone where the directory of policy is missing' {
        Get-LxcProfile -PolicyPath "$policy/none" | Where-Object Path | Should -BeNullOrEmpty
    }
}

Describe 'Get-LxcProfile of the kernel' -Tag AppArmor {
    It 'emits loaded ones with their modes, and that of a running container' {
        'profile lxc-loaded flags=(complain) { }' | apparmor_parser --add --skip-cache
        $loaded = Get-LxcProfile lxc-loaded
        $loaded.Mode | Should -Be 'complain'
        $loaded.IsLoaded | Should -BeTrue
        $loaded.Path | Should -BeNullOrEmpty
        'profile lxc-loaded { }' | apparmor_parser --remove
        $two = "two-$Unique"
        [void] (New-TestContainer $two)
        Start-LxcContainer $two
        $generated = Get-LxcProfile "lxc-$($two)_*"
        $generated.Mode | Should -Be 'enforce'
        $generated.IsGenerated | Should -BeTrue
        $generated.Containers | Should -Be $two
        Stop-LxcContainer $two -Kill
        Get-LxcProfile "lxc-$($two)_*" | Should -BeNullOrEmpty
    }
}

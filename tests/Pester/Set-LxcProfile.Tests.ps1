BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $one = "web1-$Unique"
    $two = "web2-$Unique"
    [void] (New-TestContainer $one, $two)

    function Get-Profile {
        # The profile that the configuration names.
        param([string] $Name)
        [IO.File]::ReadAllLines("$LxcPath/$Name/config") -match '^lxc\.apparmor\.profile' -replace '^.*= '
    }
}

AfterAll {
    Remove-TestContainers
}

Describe 'Set-LxcProfile' {
    It 'sets the profile of containers that are named, and emits nothing' {
        Set-LxcProfile lxc-web $one, $two | Should -BeNullOrEmpty
        Get-Profile $one | Should -Be 'lxc-web'
        Get-Profile $two | Should -Be 'lxc-web'
        Set-LxcProfile -Profile unchanged -Name web*
        Get-Profile $two | Should -Be 'unchanged'
    }

    It 'takes containers of the pipeline and passes them on' {
        (Get-LxcContainer web* | Set-LxcProfile lxc-web -PassThru).Name | Should -Be $one, $two
        Get-Profile $one | Should -Be 'lxc-web'
        $new = "new-$Unique"
        (New-TestContainer $new | Set-LxcProfile lxc-new -PassThru).Name | Should -Be $new
        Get-Profile $new | Should -Be 'lxc-new'
    }

    It 'takes a profile as it is emitted' {
        Set-LxcProfile (New-LxcProfile lxc-made) $one
        Get-Profile $one | Should -Be 'lxc-made'
    }

    It 'takes <_>' -ForEach 'generated', 'unconfined', 'unchanged', 'lxc-x.y' {
        Set-LxcProfile $_ $one
        Get-Profile $one | Should -Be $_
    }

    It 'does not take another name: an error for each container, and nothing is changed' {
        Set-LxcProfile lxc-before $one, $two
        $outcome = Get-Outcome { Get-LxcContainer web* | Set-LxcProfile firefox -PassThru }
        $outcome.Output | Should -BeNullOrEmpty
        $outcome.Errors.Count | Should -Be 2
        $outcome.Errors[0].FullyQualifiedErrorId | Should -Be 'ConfigInvalidValue,LxcPS.Commands.SetLxcProfileCommand'
        $outcome.Errors[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
        $outcome.Errors[0].TargetObject | Should -Be $one
        $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'lxc-'
        Get-Profile $one | Should -Be 'lxc-before'
    }

    It 'says which container there is not, and does the others' {
        $outcome = Get-Outcome { Set-LxcProfile lxc-after nobody, $one }
        $outcome.Errors.FullyQualifiedErrorId | Should -Be 'ContainerNotFound,LxcPS.Commands.SetLxcProfileCommand'
        Get-Profile $one | Should -Be 'lxc-after'
    }

    It 'changes nothing with -WhatIf' {
        (Set-LxcProfile lxc-other $one -WhatIf -PassThru).Name | Should -Be $one
        Get-Profile $one | Should -Be 'lxc-after'
    }

    It 'completes the fixed words and containers' {
        (TabExpansion2 'Set-LxcProfile un').CompletionMatches.CompletionText | Should -Be 'unconfined', 'unchanged'
        (TabExpansion2 "Set-LxcProfile lxc-web -LxcPath $LxcPath web1").CompletionMatches.CompletionText | Should -Be $one
    }
}

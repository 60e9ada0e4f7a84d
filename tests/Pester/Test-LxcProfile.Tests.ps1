BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Expect.ps1
    $policy = "$LxcPath-policy"
    [void] (New-Item -ItemType Directory $policy)
    [IO.File]::WriteAllText("$policy/lxc-good", "profile lxc-good {`n  file,`n}`n")
    [IO.File]::WriteAllText("$policy/lxc-bad", "profile lxc-bad {`n  file,`n  nonsense,`n}`n")
}

AfterAll {
    Remove-TestContainers
    Remove-Item $policy -Recurse
}

Describe 'Test-LxcProfile' -Skip:(-not (Get-Command apparmor_parser -ErrorAction Ignore)) {
    It 'tells of each profile whether the parser takes it' {
        $good, $bad = Test-LxcProfile lxc-good, lxc-bad -PolicyPath $policy
        $good.Name | Should -Be 'lxc-good'
        $good.IsValid | Should -BeTrue
        $good.Message | Should -BeNullOrEmpty
        $good.Line | Should -BeNullOrEmpty
        $bad.Name | Should -Be 'lxc-bad'
        $bad.IsValid | Should -BeFalse
        $bad.Message | Should -Match 'syntax error'
        $bad.Line | Should -Be 3
        (Test-LxcProfile * -PolicyPath $policy | Out-String) | Should -Match 'Name +IsValid +Line Message'
    }

    It 'takes files and objects' {
        (Test-LxcProfile -Path "$policy/lxc-bad").IsValid | Should -BeFalse
        (New-LxcProfile lxc-new | Test-LxcProfile).IsValid | Should -BeTrue
        (Get-LxcProfile lxc-* -PolicyPath $policy | Where-Object Path | Test-LxcProfile).IsValid | Should -Be $false, $true
    }

    It 'gives one answer with -Quiet' {
        Test-LxcProfile lxc-good -PolicyPath $policy -Quiet | Should -BeTrue
        Test-LxcProfile * -PolicyPath $policy -Quiet | Should -BeFalse
        Test-LxcProfile none* -PolicyPath $policy -Quiet | Should -BeFalse
    }

    It 'says which there is not' {
        $outcome = Get-Outcome { Test-LxcProfile lxc-nobody -PolicyPath $policy -Quiet }
        $outcome.Errors.FullyQualifiedErrorId | Should -Be 'ProfileNotFound,LxcPS.Commands.TestLxcProfileCommand'
        $outcome.Output | Should -Be $false
    }
}

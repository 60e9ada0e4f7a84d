BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    $profile = "lxcps-test-$Unique"
    $kept = "$LxcPath/kept"
    $free = "$LxcPath/free"
    $text = "profile $profile {`n  /** mrwlkix,`n  audit deny $kept w,`n}`n"
    $text | apparmor_parser --add --skip-cache
    $LASTEXITCODE | Should -Be 0

    function Invoke-Confined {
        # A shell that enters the profile with its next program, as an init does.
        param([string] $Line)
        sh -c 'echo "exec $0" >/proc/self/attr/apparmor/exec && exec sh -c "$1"' $profile $Line 2>&1
    }
}

AfterAll {
    "profile $profile {}" | apparmor_parser --remove
    Remove-TestContainers
}

Describe 'AppArmor of this machine' -Tag AppArmor {
    It 'confines a program that enters a profile' {
        Invoke-Confined 'cat /proc/self/attr/apparmor/current' | Should -Be "$profile (enforce)"
    }

    It 'denies what the profile denies, and nothing else' {
        Invoke-Confined "echo x >$free" | Should -BeNullOrEmpty
        [IO.File]::ReadAllText($free) | Should -Be "x`n"
        Invoke-Confined "echo x >$kept" | Should -BeLike '*Permission denied'
        [IO.File]::Exists($kept) | Should -BeFalse
    }
}

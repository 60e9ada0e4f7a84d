# A program that entered a halted cgroup would be halted too, and on cgroup v1 not even a kill would end it.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    New-TestContainer halted, other | Start-LxcContainer
    Suspend-LxcContainer halted
}

AfterAll {
    Get-LxcContainer -State Frozen | Resume-LxcContainer
    Remove-TestContainers
}

Describe 'A command for a suspended container' {
    It 'is refused at once, and the other containers run it' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $output = Invoke-LxcCommand halted, other hostname -Timeout 20 -ErrorAction SilentlyContinue -ErrorVariable problem
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 15
        $output | Should -Be 'other'
        $problem.Count | Should -Be 1
        $problem[0].FullyQualifiedErrorId | Should -Be 'ContainerFrozen,LxcPS.Commands.InvokeLxcCommandCommand'
        $problem[0].CategoryInfo.Category | Should -Be 'InvalidOperation'
        $problem[0].TargetObject | Should -Be 'halted'
        $problem[0].ErrorDetails.RecommendedAction | Should -Match 'Resume-LxcContainer'
    }

    It 'runs after Resume-LxcContainer' {
        Resume-LxcContainer halted
        Invoke-LxcCommand halted hostname -Timeout 20 | Should -Be 'halted'
    }
}

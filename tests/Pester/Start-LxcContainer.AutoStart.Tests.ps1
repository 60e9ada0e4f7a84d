BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    # Names against the order, so that neither is taken for the other.
    $first = "c-$Unique"
    $second = "b-$Unique"
    $third = "a-$Unique"
    $web = "web-$Unique"
    $boot = "boot-$Unique"
    $manual = "manual-$Unique"
    [void] (New-TestContainer $first, $second, $third, $web, $boot, $manual)
    Set-LxcContainer $first -AutoStart $true -StartOrder -2 -StartDelay 1
    Set-LxcContainer $second -AutoStart $true -StartOrder 1
    Set-LxcContainer $third -AutoStart $true -StartOrder 5
    Set-LxcContainer $web -AutoStart $true -Group web, dns -StartOrder -10
    Set-LxcContainer $boot -AutoStart $true -Group onboot, web
    Set-LxcContainer $manual -StartOrder -20

    function Get-Running {
        (Get-LxcContainer -State Running).Name | Sort-Object
    }
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'Start-LxcContainer -AutoStart' {
    AfterEach {
        Get-LxcContainer -State Running | Stop-LxcContainer -Kill
    }

    It 'starts those that are in no group, lower orders first, and waits after each as long as it says' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        (Start-LxcContainer -AutoStart -PassThru).Name | Should -Be $first, $second, $third
        $watch.Elapsed.TotalSeconds | Should -BeGreaterOrEqual 1
        Get-Running | Should -Be $third, $second, $first
    }

    It 'starts those of groups, in the order of the groups, each once: <Groups>' -ForEach @(
        @{ Groups = @('dns'); Expected = { $web } }
        @{ Groups = @('onboot', 'web'); Expected = { $boot, $web } }
        @{ Groups = @('web', 'onboot'); Expected = { $web, $boot } }
        @{ Groups = @('onboot', ''); Expected = { $boot, $first, $second, $third } }
        @{ Groups = @('none'); Expected = { } }
    ) {
        (Start-LxcContainer -AutoStart -Group $Groups -PassThru).Name | Should -Be @(& $Expected)
        Get-Running | Should -Be @(& $Expected | Sort-Object)
    }

    It 'starts those of whatever group with -All, and leaves those alone that run' {
        Start-LxcContainer $second
        $init = (Get-LxcContainer $second).ProcessId
        (Start-LxcContainer -AutoStart -All -PassThru).Name | Should -Be $web, $first, $boot, $third
        (Get-LxcContainer $second).ProcessId | Should -Be $init
        Start-LxcContainer -AutoStart -All -PassThru | Should -BeNullOrEmpty
    }

    It 'with -WhatIf starts nothing and waits for nothing' {
        (Start-LxcContainer -AutoStart -All -WhatIf -PassThru).Name | Should -Be $web, $first, $boot, $second, $third
        Get-Running | Should -BeNullOrEmpty
    }

    It 'goes on after one that does not start or cannot be read' {
        $config = "$LxcPath/$second/config"
        $text = [IO.File]::ReadAllText($config)
        try {
            [IO.File]::WriteAllText($config, $text + "lxc.init.cmd = /no/such/init`n")
            [IO.File]::AppendAllText("$LxcPath/$web/config", "lxc.nothing`n")
            (Start-LxcContainer -AutoStart -PassThru -ErrorAction SilentlyContinue -ErrorVariable problems).Name | Should -Be $first, $third
            $problems.Count | Should -Be 2
            $problems[0].FullyQualifiedErrorId | Should -BeLike 'ConfigSyntax,*'
            $problems[0].TargetObject | Should -Be $web
            $problems[1].FullyQualifiedErrorId | Should -BeLike 'InitFailed,*'
            $problems[1].TargetObject | Should -Be $second
        }
        finally {
            [IO.File]::WriteAllText($config, $text)
            $file = "$LxcPath/$web/config"
            [IO.File]::WriteAllText($file, [IO.File]::ReadAllText($file).Replace("lxc.nothing`n", ''))
        }
    }

    It 'is stopped while it waits' {
        Set-LxcContainer $first -StartDelay 1000
        $pipeline = [powershell]::Create()
        try {
            [void] $pipeline.AddScript("Import-Module '$env:LXCPS_MODULE'; Start-LxcContainer -AutoStart -LxcPath '$LxcPath' -Verbose")
            $handle = $pipeline.BeginInvoke()
            Wait-Until { @($pipeline.Streams.Verbose) -match 'lxc\.start\.delay' } | Should -BeTrue
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $pipeline.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
            $handle.IsCompleted | Should -BeTrue
            Get-Running | Should -Be $first
        }
        finally {
            $pipeline.Dispose()
            Set-LxcContainer $first -StartDelay 1
        }
    }

    It 'takes no names, no programs, and not -All with -Group' {
        { Start-LxcContainer -Name $first -AutoStart } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
        { Start-LxcContainer -AutoStart -Foreground } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
        { Start-LxcContainer -Name $first -Group web } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
        { Start-LxcContainer -AutoStart -All -Group web } | Should -Throw -ErrorId 'AllAndGroup,*'
    }

    It 'says that the directory is none' {
        Start-LxcContainer -AutoStart -LxcPath env: -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'StorageFailed,*'
    }

    It 'completes groups' {
        $line = "Start-LxcContainer -LxcPath '$LxcPath' -AutoStart -Group "
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'dns', 'onboot', 'web'
    }
}

Describe 'The properties that -AutoStart goes by' {
    It 'are those of the container' {
        $container = Get-LxcContainer $first
        $container.AutoStart, $container.StartOrder, $container.StartDelay | Should -Be $true, -2, ([timespan]::FromSeconds(1))
        $container = Get-LxcContainer $boot
        $container.Group | Should -Be 'onboot', 'web'
        $container.StartOrder, $container.StartDelay | Should -Be 0, ([timespan]::Zero)
    }
}

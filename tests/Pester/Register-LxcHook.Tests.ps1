BeforeDiscovery {
    $hasLxc = [bool] (Get-Command lxc-start, lxc-stop -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $one = "one-$Unique"
    $two = "two-$Unique"
    [void] (New-TestContainer $one, $two)
    $note = "$LxcPath/note"

    function Get-Note {
        # What hooks wrote, once.
        $text = if (Test-Path $note) { [IO.File]::ReadAllText($note).Trim() } else { '' }
        [IO.File]::Delete($note)
        $text
    }
}

AfterAll {
    Get-LxcHook -All | Unregister-LxcHook
    Assert-NothingLeft
}

Describe 'Register-LxcHook' {
    AfterEach {
        Get-LxcContainer | Where-Object State -NE Stopped | Stop-LxcContainer -Kill
        Get-LxcHook | Unregister-LxcHook
        Get-LxcHook -All | Unregister-LxcHook
    }

    It 'makes a script a hook, which gets the container' -Tag Vm {
        Register-LxcHook PreStart ([scriptblock]::Create("[IO.File]::AppendAllText('$note', `"`$(`$_.Name) in `$(`$_.LxcPath) is `$(`$_.State)`n`")")) $one | Should -BeNullOrEmpty
        Start-LxcContainer $one
        Get-Note | Should -Be "$one in $LxcPath is Starting"
        Start-LxcContainer $two
        Get-Note | Should -Be ''
    }

    It 'lets a PreStart hook change the configuration of this start alone' {
        Register-LxcHook PreStart { @{ 'lxc.uts.name' = 'changed'; 'lxc.environment' = 'FIRST=1', 'SECOND=2'; 'lxc.no_new_privs' = $true } } $one
        $before = [IO.File]::ReadAllText("$LxcPath/$one/config")
        Start-LxcContainer $one
        Invoke-LxcCommand $one hostname | Should -Be 'changed'
        $variables = [IO.File]::ReadAllText("/proc/$((Get-LxcContainer $one).ProcessId)/environ") -split "`0"
        $variables | Should -Contain 'FIRST=1'
        $variables | Should -Contain 'SECOND=2'
        (Get-Content "/proc/$((Get-LxcContainer $one).ProcessId)/status") -match '^NoNewPrivs:' | Should -Match '1$'
        [IO.File]::ReadAllText("$LxcPath/$one/config") | Should -BeExactly $before
        Get-LxcHook $one | Unregister-LxcHook
        Restart-LxcContainer $one -Kill
        Invoke-LxcCommand $one hostname | Should -Not -Be 'changed'
    }

    It 'lets a PreStart hook refuse the start, and tells why' {
        Register-LxcHook PreStart { throw 'not on a Sunday' } $one -HookName calendar
        $outcome = Get-Outcome { Start-LxcContainer $one }
        Assert-OneError $outcome HookFailed InvalidOperation $one
        $outcome.Errors[0].Exception.Message | Should -Match "calendar.ps1' ended with 1: not on a Sunday$"
        (Get-LxcContainer $one).State | Should -Be 'Stopped'
    }

    It 'names what a PreStart hook sets and cannot: <Key>' -ForEach @(
        @{ Key = 'lxc.no.such.key'; Value = '1'; Id = 'ConfigUnknownKey'; Category = 'ParserError' }
        @{ Key = 'lxc.tty.max'; Value = 'many'; Id = 'ConfigInvalidValue'; Category = 'InvalidArgument' }
    ) {
        Register-LxcHook PreStart ([scriptblock]::Create("@{ '$Key' = '$Value' }")) $one
        $outcome = Get-Outcome { Start-LxcContainer $one }
        Assert-OneError $outcome $Id $Category $one
        $outcome.Errors[0].Exception.Message | Should -Match "^What a pre-start hook sets for this start cannot be: .*$([regex]::Escape($Key))"
        $outcome.Errors[0].Exception.ConfigKey | Should -Be $Key
    }

    It 'fails where another hook emits settings' {
        Register-LxcHook StartHost { @{ 'lxc.uts.name' = 'late' } } $one
        (Get-Outcome { Start-LxcContainer $one }).Errors[0].Exception.Message | Should -Match 'Only a PreStart hook can change'
    }

    It 'serves <_>' -ForEach 'PreStart', 'PreMount', 'Mount', 'Autodev', 'StartHost', 'Stop', 'PostStop' {
        # Where the container's root may read the script: in a container that is privileged, wherever it runs.
        $name = "event-$Unique"
        [void] (New-TestContainer $name -Privileged)
        Register-LxcHook $_ ([scriptblock]::Create("[IO.File]::AppendAllText('$note', `"$_ `$(`$_.Name)`n`")")) $name
        Start-LxcContainer $name
        Stop-LxcContainer $name -Kill
        Get-Note | Should -Be "$_ $name"
        Remove-LxcContainer $name -Force
    }

    It 'runs under LXC''s tools too' -Skip:(-not $hasLxc) {
        $name = "theirs-$Unique"
        [void] (New-TestContainer $name -Privileged)
        Register-LxcHook PreStart ([scriptblock]::Create("[IO.File]::AppendAllText('$note', `"`$(`$_.Name)`n`")")) $name
        & lxc-start -P $LxcPath -n $name
        $LASTEXITCODE | Should -Be 0
        & lxc-stop -k -P $LxcPath -n $name
        Get-Note | Should -Be $name
        Register-LxcHook PreStart { @{ 'lxc.uts.name' = 'x' } } $name
        (& lxc-start -F -P $LxcPath -n $name 2>&1) -join ' ' | Should -Match 'pre-start'
        $LASTEXITCODE | Should -Not -Be 0
        [void] (Get-Note)
        Remove-LxcContainer $name -Force
    }

    It 'runs several in the order of the configuration, also beside programs' {
        Register-LxcHook PreStart ([scriptblock]::Create("[IO.File]::AppendAllText('$note', `"b`n`")")) $one -HookName b
        Add-LxcConfig $one lxc.hook.pre-start "sh -c 'echo program >>$note'"
        Register-LxcHook PreStart ([scriptblock]::Create("[IO.File]::AppendAllText('$note', `"a`n`")")) $one -HookName a
        Start-LxcContainer $one
        (Get-Note) -split "`n" | Should -Be 'b', 'program', 'a'
    }

    It 'takes containers from the pipeline and emits them with -PassThru' {
        $passed = Get-LxcContainer $one, $two | Register-LxcHook PostStop { } -PassThru
        $passed.Name | Should -Be $one, $two
        (Get-LxcHook -Event PostStop).Name | Should -Be $one, $two
    }

    It 'gives numbers to hooks without a name, and replaces with -Force alone' {
        Register-LxcHook Stop { 'first' } $one
        Register-LxcHook Stop { 'second' } $one
        (Get-LxcHook $one).HookName | Should -Be '1', '2'
        $outcome = Get-Outcome { Register-LxcHook Stop { 'third' } $one -HookName 2 }
        $outcome.Errors.Count | Should -Be 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -Be 'HookExists,LxcPS.Commands.RegisterLxcHookCommand'
        "$($outcome.Errors[0].CategoryInfo.Category)" | Should -Be 'ResourceExists'
        Register-LxcHook Stop { 'third' } $one -HookName 2 -Force
        (Get-LxcHook $one).Script.Trim() | Should -Be "'first'", "'third'"
        @(Get-LxcConfig $one lxc.hook.stop).Count | Should -Be 2
    }

    It 'changes nothing with -WhatIf' {
        $before = [IO.File]::ReadAllText("$LxcPath/$one/config")
        Register-LxcHook PreStart { } $one -WhatIf
        Register-LxcHook PostCreate { } -All -WhatIf
        [IO.File]::ReadAllText("$LxcPath/$one/config") | Should -BeExactly $before
        Test-Path "$LxcPath/$one/hooks/*" | Should -BeFalse
        Test-Path "$LxcPath/.hooks/*" | Should -BeFalse
    }

    It 'refuses <Why>' -ForEach @(
        @{ Why = 'a Start hook'; Arguments = @{ Event = 'Start'; Name = 'one' }; Advice = 'lxc.hook.start' }
        @{ Why = 'LXC''s events for all containers'; Arguments = @{ Event = 'PreStart'; All = $true }; Advice = 'Name containers' }
        @{ Why = 'PostCreate for a container that there is'; Arguments = @{ Event = 'PostCreate'; Name = 'one' }; Advice = '-All' }
        @{ Why = 'a name that is a path'; Arguments = @{ Event = 'Stop'; Name = 'one'; HookName = '../x' }; Advice = 'letters' }
    ) {
        $parameters = $Arguments.Clone()
        if ($parameters.Name) { $parameters.Name = $one }
        $outcome = Get-Outcome { Register-LxcHook @parameters -ScriptBlock { } }
        $outcome.Errors.Count | Should -Be 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -Be 'HookInvalid,LxcPS.Commands.RegisterLxcHookCommand'
        $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -Match $Advice
        Get-LxcHook $one | Should -BeNullOrEmpty
    }

    It 'says that a container does not exist' {
        (Get-Outcome { Register-LxcHook PreStart { } "none-$Unique" }).Errors[0].FullyQualifiedErrorId | Should -Be 'ContainerNotFound,LxcPS.Commands.RegisterLxcHookCommand'
    }

    It 'keeps the hook of a container that is renamed' {
        Register-LxcHook PreStart ([scriptblock]::Create("[IO.File]::AppendAllText('$note', `"`$(`$_.Name)`n`")")) $two -HookName kept
        Rename-LxcContainer $two "new-$Unique"
        Start-LxcContainer "new-$Unique"
        Get-Note | Should -Be "new-$Unique"
        Stop-LxcContainer "new-$Unique" -Kill
        Rename-LxcContainer "new-$Unique" $two
        (Get-LxcHook $two).HookName | Should -Be 'kept'
    }
}

Describe 'Hooks of the module' {
    AfterEach {
        Get-LxcHook -All | Unregister-LxcHook
        Get-LxcHook | Unregister-LxcHook
    }

    It 'run when a container has been created: PostCreate' {
        Register-LxcHook PostCreate -All { Set-LxcConfig -InputObject $_ -Key lxc.start.auto -Value 1 }
        $made = New-TestContainer "made-$Unique"
        $made.AutoStart | Should -BeTrue
        Remove-LxcContainer $made.Name -Force
    }

    It 'undo a creation that they refuse' {
        Register-LxcHook PostCreate -All { throw "no more containers like $($_.Name)" }
        $outcome = Get-Outcome { New-TestContainer "refused-$Unique" }
        $outcome.Output | Should -BeNullOrEmpty
        Assert-OneError $outcome HookFailed InvalidOperation "refused-$Unique"
        $outcome.Errors[0].Exception.Message | Should -Match "no more containers like refused-$Unique"
        Test-Path "$LxcPath/refused-$Unique" | Should -BeFalse
    }

    It 'refuse a removal, of one container or of all: PreRemove' -ForEach @{ All = $true }, @{ All = $false } {
        if ($All) { Register-LxcHook PreRemove { throw 'kept' } -All } else { Register-LxcHook PreRemove { throw 'kept' } $one }
        (Get-Outcome { Remove-LxcContainer $one -Force }).Errors[0].Exception.Message | Should -Match 'pre-remove hook .* kept$'
        Test-Path "$LxcPath/$one/config" | Should -BeTrue
    }

    It 'are listed by Get-LxcHook -All, with their script' {
        Register-LxcHook PreRemove { 'x' } -All -HookName guard -PassThru | Should -BeOfType ([LxcPS.LxcHook])
        $hook = Get-LxcHook -All
        $hook.Name | Should -BeNullOrEmpty
        $hook.HookName | Should -Be 'guard'
        $hook.Script.Trim() | Should -Be "'x'"
    }
}

Describe 'Get-LxcHook and Unregister-LxcHook' {
    AfterEach {
        Get-LxcHook | Unregister-LxcHook
    }

    It 'show programs of the configuration beside scripts, and take both away' {
        Add-LxcConfig $one lxc.hook.mount '/usr/local/bin/prepare --all'
        Register-LxcHook Mount { 'script' } $one -HookName mine
        $hooks = Get-LxcHook $one
        $hooks.Event | Should -Be 'Mount', 'Mount'
        $hooks[0].HookName | Should -BeNullOrEmpty
        $hooks[0].Command | Should -Be '/usr/local/bin/prepare --all'
        $hooks[0].Script | Should -BeNullOrEmpty
        $hooks[1].Path | Should -Be "$LxcPath/$one/hooks/mount-mine.ps1"
        Get-LxcHook $one -HookName mi* | Should -HaveCount 1
        $hooks | Unregister-LxcHook -WhatIf
        Get-LxcHook $one | Should -HaveCount 2
        $hooks | Unregister-LxcHook | Should -BeNullOrEmpty
        Get-LxcHook $one | Should -BeNullOrEmpty
        Get-LxcConfig $one lxc.hook.mount | Should -BeNullOrEmpty
        Test-Path "$LxcPath/$one/hooks/mount-mine.ps1" | Should -BeFalse
    }

    It 'take away by name, and say what is not there' {
        Register-LxcHook Stop { } $one -HookName mine
        Unregister-LxcHook $one Stop mine
        Get-LxcHook $one | Should -BeNullOrEmpty
        $outcome = Get-Outcome { Unregister-LxcHook $one Stop mine }
        $outcome.Errors[0].FullyQualifiedErrorId | Should -Be 'HookNotFound,LxcPS.Commands.UnregisterLxcHookCommand'
    }

    It 'complete names' {
        Register-LxcHook Stop { } $one -HookName completed
        $line = "Unregister-LxcHook $one Stop -LxcPath '$LxcPath' -HookName comp"
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain 'completed'
    }
}

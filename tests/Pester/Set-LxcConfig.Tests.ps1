BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/Config.ps1
    $one = "one-$Unique"
    $two = "two-$Unique"
    [void] (New-TestContainer $one, $two)

    function Get-Text {
        param([string] $Name)
        [IO.File]::ReadAllText("$LxcPath/$Name/config")
    }
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Set-LxcConfig' {
    It 'changes the line of its key only, and emits nothing' {
        $path = New-ConfigFile lines.conf '# first', '', "  lxc.tty.max`t=  4  ", 'other = kept', '# last'
        Set-LxcConfig -Path $path lxc.tty.max 7 | Should -BeNullOrEmpty
        [IO.File]::ReadAllLines($path) | Should -Be '# first', '', "  lxc.tty.max`t=  7  ", 'other = kept', '# last'
        Set-LxcConfig -Path $path -Key lxc.autodev -Value $false
        [IO.File]::ReadAllLines($path)[-2..-1] | Should -Be '# last', 'lxc.autodev = 0'
        Set-LxcConfig -Path $path lxc.autodev ''
        Set-LxcConfig -Path $path lxc.tty.max $null
        [IO.File]::ReadAllLines($path) | Should -Be '# first', '', 'other = kept', '# last'
    }

    It 'sets several keys of several containers, and hands them on' {
        $set = Set-LxcConfig "*-$Unique" -Config @{ 'lxc.group' = 'a', 'b'; 'lxc.start.auto' = $true } -PassThru
        $set | ForEach-Object { $_.PSObject.TypeNames[0] } | Should -Be 'LxcPS.LxcContainer', 'LxcPS.LxcContainer'
        $set.Group | Should -Be 'a', 'b', 'a', 'b'
        $set.AutoStart | Should -Be $true, $true
        Get-LxcContainer $one | Set-LxcConfig -Key lxc.group -Value c
        (Get-LxcContainer $one).Group | Should -Be 'c'
    }

    It 'changes all or nothing: what cannot be ends it before the first file' -ForEach @(
        @{ Config = [ordered] @{ 'lxc.tty.max' = 9; 'lxc.autodev' = 7 }; Id = 'ConfigInvalidValue'; Target = 'lxc.autodev' }
        @{ Config = [ordered] @{ 'lxc.tty.max' = 9; 'lxc.uts.nam' = 'x' }; Id = 'ConfigUnknownKey'; Target = 'lxc.uts.nam' }
        @{ Config = @{ 'lxc.utsname' = 'x' }; Id = 'ConfigUnknownKey'; Target = 'lxc.utsname' }
        @{ Config = @{ 'lxc.arch' = 'x86', 'amd64' }; Id = 'ConfigInvalidValue'; Target = 'lxc.arch' }
        @{ Config = @{ 'lxc.init.cmd' = "a`nlxc.cap.keep = all" }; Id = 'ConfigInvalidValue'; Target = 'lxc.init.cmd' }
    ) {
        $before = (Get-Text $one), (Get-Text $two)
        { Set-LxcConfig $one, $two -Config $Config } | Should -Throw -ErrorId "$Id,LxcPS.Commands.SetLxcConfigCommand"
        $Error[0].TargetObject | Should -BeExactly $Target
        $Error[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        (Get-Text $one), (Get-Text $two) | Should -Be $before
    }

    It 'wants a key and a value, or a table' -ForEach @(
        @{ Arguments = @{} }
        @{ Arguments = @{ Key = 'lxc.arch' } }
        @{ Arguments = @{ Value = 'x86' } }
        @{ Arguments = @{ Value = 'x86'; Config = @{ 'lxc.tty.max' = 1 } } }
    ) {
        { Set-LxcConfig $one @Arguments } | Should -Throw -ErrorId 'KeyWithoutValue,LxcPS.Commands.SetLxcConfigCommand'
    }

    It 'does nothing with -WhatIf, and says what it would do' {
        $before = Get-Text $one
        (Set-LxcConfig $one lxc.tty.max 3 -WhatIf -PassThru).Name | Should -BeExactly $one
        Get-Text $one | Should -BeExactly $before
        $path = New-ConfigFile what.conf 'lxc.arch = x86'
        Get-SessionText "Set-LxcConfig -Path '$path' lxc.arch amd64 -WhatIf" |
            Should -Match 'What if: .*Set lxc\.arch = amd64.*what\.conf'
        [IO.File]::ReadAllText($path) | Should -BeExactly "lxc.arch = x86`n"
    }

    It 'goes on with the next where one is not there' {
        $outcome = Get-Outcome { Set-LxcConfig no-such, $one lxc.tty.dir lxc -PassThru }
        $outcome.Output.Name | Should -BeExactly $one
        $outcome.Errors.Count | Should -Be 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'ContainerNotFound,LxcPS.Commands.SetLxcConfigCommand'
        $outcome = Get-Outcome { Set-LxcConfig -Path "$LxcPath/none", (New-ConfigFile there.conf '# empty') lxc.tty.dir lxc -PassThru }
        $outcome.Output | Should -BeOfType ([IO.FileInfo])
        $outcome.Output.Name | Should -BeExactly 'there.conf'
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'StorageFailed,LxcPS.Commands.SetLxcConfigCommand'
    }

    It 'mends a file that has errors' {
        $path = New-ConfigFile mend.conf 'lxc.arch = z80', 'lxc.utsname = a', 'lxc.nonsense'
        Set-LxcConfig -Path $path lxc.arch x86
        Remove-LxcConfig -Path $path lxc.utsname
        [IO.File]::ReadAllText($path) | Should -BeExactly "lxc.arch = x86`nlxc.nonsense`n"
    }

    It 'keeps mode and symbolic link of the file' {
        $path = New-ConfigFile real.conf 'lxc.arch = x86'
        chmod 604 $path
        [void] (New-Item -ItemType SymbolicLink "$LxcPath/link.conf" -Target $path)
        Set-LxcConfig -Path "$LxcPath/link.conf" lxc.arch amd64
        [IO.File]::ReadAllText($path) | Should -BeExactly "lxc.arch = amd64`n"
        stat -c %a $path | Should -Be 604
        (Get-Item "$LxcPath/link.conf").LinkType | Should -Be 'SymbolicLink'
    }

    It 'is what lxc-start and Start-LxcContainer then go by' {
        Set-LxcConfig $two -Config @{ 'lxc.uts.name' = 'renamed'; 'lxc.environment' = 'A=1', 'B=two words' }
        Start-LxcContainer $two
        Invoke-LxcCommand $two hostname | Should -Be 'renamed'
        Stop-LxcContainer $two -Kill
    }

    It 'completes keys and values' {
        Get-CompletedText 'Set-LxcConfig x lxc.net.3.veth.m' | Should -Be 'lxc.net.3.veth.mode'
        Get-CompletedText 'Set-LxcConfig x lxc.net.3.veth.mode ' | Should -Be 'bridge', 'router'
        Get-CompletedText 'Set-LxcConfig x -Key lxc.autodev -Value ' | Should -Be '0', '1'
        Get-CompletedText 'Set-LxcConfig x -Key lxc.signal.halt -Value SIGPW' | Should -Be 'SIGPWR'
        Get-CompletedText 'Add-LxcConfig x lxc.cap.drop sys_t' | Should -Be 'sys_time', 'sys_tty_config'
        Get-CompletedText 'Set-LxcConfig x lxc.net.0.link l' | Should -Contain 'lo'
        Get-CompletedText 'Set-LxcConfig x lxc.apparmor.profile unco' | Should -Be 'unconfined'
        Get-CompletedText 'Set-LxcConfig x lxc.no.key ' | Where-Object { $_ -eq '0' } | Should -BeNullOrEmpty
    }

    It 'loses no change of two writers, the one by name and the other by path' {
        # Each changes keys of its own in the same file, a hundred times.
        $byName = "foreach (`$i in 1..100) { Set-LxcConfig '$one' lxc.tty.max `$i; Add-LxcConfig '$one' lxc.environment A`$i=1 }"
        $byPath = "foreach (`$i in 1..100) { Set-LxcConfig -Path '$LxcPath/$one/config' lxc.pty.max `$i; Add-LxcConfig -Path '$LxcPath/$one/config' lxc.group g`$i }"
        Set-LxcConfig $one lxc.group ''
        $sessions = (Start-Session $byName), (Start-Session $byPath)
        foreach ($session in $sessions) {
            $session.StandardInput.Close()
            $text = $session.StandardOutput.ReadToEndAsync()
            $session.StandardError.ReadToEnd() | Should -BeNullOrEmpty
            $text.Result | Should -BeNullOrEmpty
            $session.WaitForExit()
        }

        (Get-LxcConfig $one lxc.tty.max).Value | Should -Be 100
        (Get-LxcConfig $one lxc.pty.max).Value | Should -Be 100
        (Get-LxcConfig $one lxc.environment).Value | Should -Be (1..100 | ForEach-Object { "A$_=1" })
        (Get-LxcConfig $one lxc.group).Value | Should -Be (1..100 | ForEach-Object { "g$_" })
        Test-LxcConfig $one -Quiet | Should -BeTrue
        [IO.Directory]::GetFiles("$LxcPath/$one", '.*') | Should -BeNullOrEmpty
    }
}

Describe 'Add-LxcConfig' {
    It 'adds lines behind those of the key' {
        $path = New-ConfigFile add.conf 'lxc.cap.drop = mknod', '# end'
        Add-LxcConfig -Path $path lxc.cap.drop sys_time, 'sys_boot sys_nice' | Should -BeNullOrEmpty
        [IO.File]::ReadAllLines($path) | Should -Be 'lxc.cap.drop = mknod', 'lxc.cap.drop = sys_time', 'lxc.cap.drop = sys_boot sys_nice', '# end'
        (Get-LxcContainer $two | Add-LxcConfig -Key lxc.mount.entry -Value '/srv srv none bind 0 0' -PassThru).Name | Should -BeExactly $two
        (Get-LxcConfig $two lxc.mount.entry).Value | Should -Contain '/srv srv none bind 0 0'
    }

    It 'refuses what is no list, no key or no value' -ForEach @(
        @{ Key = 'lxc.arch'; Value = 'x86'; Id = 'ConfigInvalidValue' }
        @{ Key = 'lxc.cap.drp'; Value = 'x'; Id = 'ConfigUnknownKey' }
        @{ Key = 'lxc.idmap'; Value = 'u 0 1'; Id = 'ConfigInvalidValue' }
    ) {
        $before = Get-Text $one
        { Add-LxcConfig $one $Key $Value } | Should -Throw -ErrorId "$Id,LxcPS.Commands.AddLxcConfigCommand"
        Get-Text $one | Should -BeExactly $before
    }

    It 'does nothing with -WhatIf' {
        $before = Get-Text $one
        Add-LxcConfig $one lxc.group z -WhatIf
        Get-Text $one | Should -BeExactly $before
    }
}

Describe 'Remove-LxcConfig' {
    It 'removes keys, families and single values' {
        $path = New-ConfigFile remove.conf 'lxc.cap.drop = mknod sys_time', 'lxc.cap.drop = sys_boot', '# kept', 'lxc.net.0.type = veth', 'lxc.net.0.flags = up',
        'lxc.net.1.type = empty', 'lxc.arch = x86'
        Remove-LxcConfig -Path $path lxc.cap.drop sys_time
        [IO.File]::ReadAllLines($path)[0..1] | Should -Be 'lxc.cap.drop = mknod', 'lxc.cap.drop = sys_boot'
        Remove-LxcConfig -Path $path lxc.net.0, lxc.cap.drop | Should -BeNullOrEmpty
        [IO.File]::ReadAllLines($path) | Should -Be '# kept', 'lxc.net.1.type = empty', 'lxc.arch = x86'
        (Remove-LxcConfig -Path $path lxc.arch -PassThru).FullName | Should -BeExactly $path
        [IO.File]::ReadAllLines($path) | Should -Be '# kept', 'lxc.net.1.type = empty'
    }

    It 'clears what an included file sets' {
        $included = New-ConfigFile included.conf 'lxc.cap.drop = mknod', 'lxc.cap.drop = sys_time', 'lxc.tty.max = 4'
        $path = New-ConfigFile including.conf "lxc.include = $included"
        Remove-LxcConfig -Path $path lxc.tty.max
        Remove-LxcConfig -Path $path lxc.cap.drop mknod
        (Get-LxcConfig -Path $path | Where-Object Key -NE lxc.include | ForEach-Object { "$_" }) | Should -Be 'lxc.cap.drop = sys_time'
        [IO.File]::ReadAllLines($included).Count | Should -Be 3
        Remove-LxcConfig -Path $path lxc.include $included
        (Get-LxcConfig -Path $path | ForEach-Object { "$_" }) | Should -Be 'lxc.cap.drop = sys_time'
    }

    It 'takes what is not there for done, and what is no key for a slip' {
        $before = Get-Text $one
        Remove-LxcConfig $one lxc.selinux.context
        $outcome = Get-Outcome { Remove-LxcConfig $one lxc.selinx.context }
        $outcome.Errors.Count | Should -Be 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'ConfigUnknownKey,LxcPS.Commands.RemoveLxcConfigCommand'
        $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -BeExactly 'Did you mean lxc.selinux.context?'
        Remove-LxcConfig $one lxc.uts.name -WhatIf
        Get-Text $one | Should -BeExactly $before
    }
}

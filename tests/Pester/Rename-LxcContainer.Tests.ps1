BeforeDiscovery {
    . $PSScriptRoot/BadNames.ps1
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Rename-LxcContainer' {
    BeforeEach {
        $one = "one-$Unique"
        $new = "new-$Unique"
        [void] (New-TestContainer $one)
    }

    AfterEach {
        Remove-LxcContainer "*-$Unique" -Force
    }

    It 'moves the container with its paths and its host name, and emits nothing' {
        Rename-LxcContainer $one $new | Should -BeNullOrEmpty
        (Get-LxcContainer).Name | Should -Be $new
        [IO.Directory]::Exists("$LxcPath/$one") | Should -BeFalse
        [IO.File]::ReadAllText("$LxcPath/$new/config") | Should -Not -Match $one
        $container = Get-LxcContainer $new
        $container.HostName | Should -BeExactly $new
        $container.Rootfs | Should -BeLike "*$LxcPath/$new/rootfs"
        Start-LxcContainer $new
        Invoke-LxcCommand $new hostname | Should -Be $new
    }

    It 'keeps a host name that was not its name, and files of the container' {
        Set-LxcContainer $one -HostName special
        [IO.File]::WriteAllText("$LxcPath/$one/rootfs/root/file", 'kept')
        Rename-LxcContainer $one -NewName $new
        (Get-LxcContainer $new).HostName | Should -BeExactly 'special'
        [IO.File]::ReadAllText("$LxcPath/$new/rootfs/root/file") | Should -BeExactly 'kept'
    }

    It 'emits the container under its new name with -PassThru' {
        $container = Rename-LxcContainer $one $new -PassThru
        $container | Should -BeOfType ([LxcPS.LxcContainer])
        $container.Name | Should -BeExactly $new
        $container.ConfigPath | Should -BeExactly "$LxcPath/$new/config"
    }

    It 'takes objects, text and property names' {
        (Get-LxcContainer $one | Rename-LxcContainer -NewName "a-$Unique" -PassThru).Name | Should -Be "a-$Unique"
        ("a-$Unique" | Rename-LxcContainer -NewName "b-$Unique" -PassThru).Name | Should -Be "b-$Unique"
        $row = [pscustomobject]@{ Name = "b-$Unique"; NewName = "c-$Unique"; LxcPath = $LxcPath }
        ($row | Rename-LxcContainer -PassThru).Name | Should -Be "c-$Unique"
    }

    It 'computes the new name of each with a script block' {
        [void] (New-LxcContainer "two-$Unique" -Template None)
        $renamed = Get-LxcContainer | Rename-LxcContainer -NewName { "old-$($_.Name)" } -PassThru
        $renamed.Name | Should -Be "old-$one", "old-two-$Unique"
    }

    It 'does nothing where both names are one' {
        (Rename-LxcContainer $one $one -PassThru).Name | Should -Be $one
        Start-LxcContainer $one
    }

    It 'shows what it would do under -WhatIf, and renames nothing' {
        Get-SessionText "Rename-LxcContainer $one $new -WhatIf" | Should -Match "What if: .*`"Rename to $new`".*`"$one`""
        Rename-LxcContainer $one $new -WhatIf
        (Get-LxcContainer).Name | Should -Be $one
    }
}

Describe 'Errors of Rename-LxcContainer' {
    BeforeAll {
        $one = "one-$Unique"
        $two = "two-$Unique"
        [void] (New-TestContainer $one, $two)
    }

    AfterEach {
        (Get-LxcContainer).Name | Should -Be $one, $two -Because 'a failed change of name changes nothing'
        [IO.Directory]::GetFileSystemEntries("$LxcPath/$one", '.*') | Should -BeNullOrEmpty
        Get-HeldLock | Should -BeNullOrEmpty
    }

    It 'refuses <Title> as name' -ForEach $badNames {
        Assert-OneError (Get-Outcome { Rename-LxcContainer $Value "new-$Unique" }) InvalidName InvalidArgument $Value
    }

    It 'refuses <Title> as new name' -ForEach $badNames {
        Assert-OneError (Get-Outcome { Rename-LxcContainer $one $Value }) InvalidName InvalidArgument $one
    }

    It 'refuses a name that is taken, and leaves both' {
        $text = [IO.File]::ReadAllText("$LxcPath/$two/config")
        $outcome = Get-Outcome { Rename-LxcContainer $one $two }
        $outcome.Errors[0].Exception.Message | Should -BeLike "*$two*"
        Assert-OneError $outcome ContainerExists ResourceExists $one
        [IO.File]::ReadAllText("$LxcPath/$two/config") | Should -BeExactly $text
        [IO.Directory]::Exists("$LxcPath/$one/rootfs/bin") | Should -BeTrue
    }

    It 'refuses a container that <_>, and leaves it so' -ForEach 'runs', 'is suspended' {
        Start-LxcContainer $one
        if ($_ -ne 'runs') {
            Suspend-LxcContainer $one
        }

        $before = Get-LxcContainer $one
        $id = $before.ProcessId
        Assert-OneError (Get-Outcome { Rename-LxcContainer $one "new-$Unique" }) ContainerRunning InvalidOperation $one
        $after = Get-LxcContainer $one
        $after.State | Should -Be $before.State
        $after.ProcessId | Should -Be $id
        Stop-LxcContainer $one -Kill
    }

    It 'refuses one that there is not, and goes on' {
        $outcome = Get-Outcome { "none-$Unique", $one | Rename-LxcContainer -NewName "new-$Unique" -PassThru }
        Assert-OneError $outcome ContainerNotFound ObjectNotFound "none-$Unique"
        $outcome.Output.Name | Should -Be "new-$Unique"
        Rename-LxcContainer "new-$Unique" $one
    }

    It 'refuses to give several containers one name' {
        $outcome = Get-Outcome { Rename-LxcContainer "*-$Unique" "same-$Unique" }
        Assert-OneError $outcome ContainerExists ResourceExists $two
        Rename-LxcContainer "same-$Unique" $one
    }

    It 'says that the disk is full, and keeps the old name' {
        $disk = "$LxcPath/disk"
        [void] [IO.Directory]::CreateDirectory($disk)
        mount -t tmpfs -o size=300k lxcps-test-disk $disk
        try {
            $path = (New-LxcContainer "full-$Unique" -Template None -LxcPath $disk).ConfigPath
            $text = [IO.File]::ReadAllText($path)
            dd if=/dev/zero of="$disk/filling" bs=4096 status=none 2>&1 | Out-Null
            $outcome = Get-Outcome { Rename-LxcContainer "full-$Unique" "other-$Unique" -LxcPath $disk }
            Assert-OneError $outcome StorageFull LimitsExceeded "full-$Unique"
            (Get-LxcContainer -LxcPath $disk).Name | Should -Be "full-$Unique"
            [IO.File]::ReadAllText($path) | Should -BeExactly $text
            [IO.File]::Delete("$disk/filling")
            Rename-LxcContainer "full-$Unique" "other-$Unique" -LxcPath $disk
            (Get-LxcContainer -LxcPath $disk).HostName | Should -BeExactly "other-$Unique"
        }
        finally {
            umount $disk
            [IO.Directory]::Delete($disk)
        }
    }
}

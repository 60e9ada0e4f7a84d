BeforeDiscovery {
    . $PSScriptRoot/BadNames.ps1
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1

    # A root file system by hand, and archives of it.
    $tree = "$LxcPath/tree"
    [void] [IO.Directory]::CreateDirectory("$tree/bin")
    [void] [IO.Directory]::CreateDirectory("$tree/etc")
    [IO.File]::Copy((Get-Command busybox -CommandType Application -TotalCount 1).Source, "$tree/bin/busybox")
    [void] [IO.File]::CreateSymbolicLink("$tree/bin/sh", 'busybox')
    [IO.File]::WriteAllText("$tree/etc/mark", "from the tree`n")
}

AfterAll {
    Assert-NothingLeft
}

Describe 'New-LxcContainer' {
    It 'makes a container of LXC''s layout, and emits it stopped' {
        $container = New-LxcContainer "one-$Unique" -Template Busybox
        @($container).Count | Should -Be 1
        $container | Should -BeOfType ([LxcPS.LxcContainer])
        $container.Name | Should -BeExactly "one-$Unique"
        $container.State | Should -Be ([LxcPS.Engine.ContainerState]::Stopped)
        $container.LxcPath | Should -BeExactly $LxcPath
        $container.ConfigPath | Should -BeExactly "$LxcPath/one-$Unique/config"
        $container.ProcessId | Should -BeNull
        $container.Unprivileged | Should -BeTrue -Because 'that is the default for root'
        $container.Rootfs | Should -BeLike "*$LxcPath/one-$Unique/rootfs"
        [IO.File]::Exists("$LxcPath/one-$Unique/rootfs/bin/busybox") | Should -BeTrue
        [IO.File]::Exists("$LxcPath/one-$Unique/partial") | Should -BeFalse -Because 'it is complete'
        @(lxc-ls -P $LxcPath -1) | Should -Contain "one-$Unique"
    }

    It 'gives each container ids of its own' {
        $ids = foreach ($container in New-LxcContainer "ids1-$Unique", "ids2-$Unique" -Template Busybox) {
            [IO.File]::ReadAllLines($container.ConfigPath) | Where-Object { $_ -like 'lxc.idmap = u 0 *' }
        }
        $ids.Count | Should -Be 2
        $ids[0] | Should -Not -BeExactly $ids[1]
    }

    It 'takes names from an array, in its order' {
        (New-LxcContainer -Name "b-$Unique", "a-$Unique" -Template None).Name | Should -Be "b-$Unique", "a-$Unique"
    }

    It 'takes names from the pipeline as text and by property name' {
        ("p1-$Unique", "p2-$Unique" | New-LxcContainer -Template None).Name | Should -Be "p1-$Unique", "p2-$Unique"
        $made = [pscustomobject]@{ Name = "p3-$Unique" }, [pscustomobject]@{ ContainerName = "p4-$Unique" } | New-LxcContainer -Template None
        $made.Name | Should -Be "p3-$Unique", "p4-$Unique"

        # What is set by default wins over a property of the object.
        $PSDefaultParameterValues = @{}
        $other = [pscustomobject]@{ Name = "p5-$Unique"; LxcPath = "$LxcPath/tree/other" } | New-LxcContainer -Template None
        $other.LxcPath | Should -BeExactly "$LxcPath/tree/other"
        Remove-LxcContainer $other.Name -LxcPath $other.LxcPath -Force
    }

    It 'makes the directory of containers, and takes paths as the session does' {
        Push-Location $LxcPath
        try {
            $container = New-LxcContainer "rel-$Unique" -Template None -LxcPath 'tree/deep/er'
            $container.LxcPath | Should -BeExactly "$LxcPath/tree/deep/er"
            $container | Remove-LxcContainer -Confirm:$false
            (New-LxcContainer "reltemplate-$Unique" -Template ./tree).Rootfs | Should -BeLike "*$LxcPath/tree*"
        }
        finally {
            Pop-Location
        }
    }

    It 'writes keys of -Config last: text, numbers, Booleans and arrays' {
        $container = New-LxcContainer "conf-$Unique" -Template Busybox -Config @{
            'lxc.uts.name' = 'special'; 'lxc.start.auto' = $true; 'lxc.start.delay' = 7; 'lxc.group' = 'web', 'db'
        }
        $container.HostName | Should -BeExactly 'special'
        $container.AutoStart | Should -BeTrue
        $container.Group | Should -Be 'web', 'db'
        [IO.File]::ReadAllLines($container.ConfigPath) | Should -Contain 'lxc.start.delay = 7'
        @([IO.File]::ReadAllLines($container.ConfigPath) | Where-Object { $_ -like 'lxc.uts.name*' }).Count | Should -Be 1
    }

    It 'accepts limits at once, and the kernel has them after the start' {
        $name = "limits-$Unique"
        [void] (New-LxcContainer $name -Template Busybox -Memory 96MB -Cpu 0.5 -Pids 50)
        $limits = Get-LxcCgroup $name
        $limits.Memory | Should -Be 100663296
        $limits.Memory | Should -BeOfType ([long])
        $limits.Cpu | Should -Be 0.5
        $limits.Cpu | Should -BeOfType ([double])
        $limits.Pids | Should -Be 50
        Start-LxcContainer $name
        (Get-LxcCgroup $name -Key pids.max).Value | Should -Be 50
        Stop-LxcContainer $name -Kill
    }

    It 'takes sizes as configuration files write them' {
        [void] (New-LxcContainer "size-$Unique" -Template None -Memory '64M')
        (Get-LxcCgroup "size-$Unique").Memory | Should -Be 67108864
    }

    It 'gives no user namespace with -Privileged' {
        $container = New-LxcContainer "privileged-$Unique" -Template Busybox -Privileged
        $container.Unprivileged | Should -BeFalse
        [IO.File]::ReadAllText($container.ConfigPath) | Should -Not -Match 'lxc\.idmap'
        Start-LxcContainer $container.Name -Command cat /proc/self/uid_map | Should -Match '^\s*0\s+0\s+4294967295$'
    }

    It 'shows what it would do under -WhatIf, and does nothing' {
        $text = Get-SessionText "New-LxcContainer whatif-$Unique -Template Busybox -WhatIf"
        $text | Should -Match "What if: .*`"Create from template Busybox`".*`"whatif-$Unique`""
        [IO.Directory]::Exists("$LxcPath/whatif-$Unique") | Should -BeFalse
        New-LxcContainer "whatif-$Unique" -Template Busybox -WhatIf | Should -BeNullOrEmpty
    }
}

Describe 'Templates of New-LxcContainer' {
    It 'makes no root file system of None' {
        $container = New-LxcContainer "none-$Unique" -Template None
        $container.Rootfs | Should -BeNullOrEmpty
        [IO.Directory]::Exists("$LxcPath/none-$Unique/rootfs") | Should -BeFalse
    }

    It 'runs a directory without changing it' {
        $name = "directory-$Unique"
        [void] (New-LxcContainer $name -Template $tree)
        $before = find $tree -printf '%p %y %m %s %T@\n' | Sort-Object
        Start-LxcContainer $name -Command sh '-c' '/bin/busybox cat /etc/mark; echo changed > /etc/mark; echo new > /bin/new' | Should -Be 'from the tree'
        $LASTEXITCODE | Should -Be 0
        find $tree -printf '%p %y %m %s %T@\n' | Sort-Object | Should -Be $before
        Start-LxcContainer $name -Command sh '-c' '/bin/busybox cat /etc/mark' | Should -Be 'changed'
    }

    It 'unpacks a tar archive <Compression>' -ForEach @(
        @{ Compression = 'as it is'; Option = '-cf'; Suffix = 'tar' }
        @{ Compression = 'with gzip'; Option = '-czf'; Suffix = 'tar.gz' }
        @{ Compression = 'with xz'; Option = '-cJf'; Suffix = 'tar.xz' }
    ) {
        $archive = "$LxcPath/tree/root.$Suffix"
        tar $Option $archive -C $tree bin etc
        $name = "$($Suffix.Replace('.', '-'))-$Unique"
        $container = New-LxcContainer $name -Template $archive
        [IO.File]::Delete($archive)
        $container.Rootfs | Should -BeLike "*$LxcPath/$name/rootfs"
        Start-LxcContainer $name -Command sh '-c' '/bin/busybox cat /etc/mark; exit 5' | Should -Be 'from the tree'
        $LASTEXITCODE | Should -Be 5
    }

    It 'finds the root file system below rootfs in an archive' {
        $archive = "$LxcPath/tree/top.tar"
        tar -cf $archive -C $LxcPath --transform 's,^tree,rootfs,' tree/bin tree/etc
        [void] (New-LxcContainer "top-$Unique" -Template $archive)
        [IO.File]::Delete($archive)
        [IO.File]::ReadAllText("$LxcPath/top-$Unique/rootfs/etc/mark") | Should -BeExactly "from the tree`n"
    }
}

Describe 'Errors of New-LxcContainer' {
    BeforeAll {
        [void] (New-LxcContainer "taken-$Unique" -Template None)
        $entries = { @([IO.Directory]::GetFileSystemEntries($LxcPath) | Sort-Object) }
        $before = & $entries
    }

    AfterEach {
        & $entries | Should -Be $before -Because 'a failed creation leaves nothing'
    }

    It 'refuses <Title> as name' -ForEach $badNames {
        $outcome = Get-Outcome { New-LxcContainer -Name $Value -Template Busybox }
        Assert-OneError $outcome InvalidName InvalidArgument $Value
        $outcome.Output | Should -BeNullOrEmpty
    }

    It 'goes on with the other names' {
        $outcome = Get-Outcome { "good1-$Unique", '..', '', "taken-$Unique", "good2-$Unique" | New-LxcContainer -Template None }
        $outcome.Output.Name | Should -Be "good1-$Unique", "good2-$Unique"
        $outcome.Errors.FullyQualifiedErrorId | Should -Be @(
            'InvalidName', 'InvalidName', 'ContainerExists' | ForEach-Object { "$_,LxcPS.Commands.NewLxcContainerCommand" })
        Remove-LxcContainer "good*-$Unique" -Confirm:$false
    }

    It 'refuses a name that is taken, and leaves that container as it is' {
        $config = [IO.File]::ReadAllText("$LxcPath/taken-$Unique/config")
        Assert-OneError (Get-Outcome { New-LxcContainer "taken-$Unique" -Template Busybox }) ContainerExists ResourceExists "taken-$Unique"
        [IO.File]::ReadAllText("$LxcPath/taken-$Unique/config") | Should -BeExactly $config
    }

    It 'refuses a directory that is no container, and leaves it' {
        $outcome = Get-Outcome { New-LxcContainer tree -Template None }
        Assert-OneError $outcome ContainerExists ResourceExists tree
        $outcome.Errors[0].Exception.Message | Should -BeLike '*no container*'
        [IO.File]::Exists("$tree/etc/mark") | Should -BeTrue
    }

    It 'refuses the template <Template>' -ForEach @(
        @{ Template = 'Nonsense'; Category = 'InvalidOperation' }
        @{ Template = './missing'; Category = 'ObjectNotFound' }
        @{ Template = 'missing.tar.gz'; Category = 'ObjectNotFound' }
    ) {
        Assert-OneError (Get-Outcome { New-LxcContainer "bad-$Unique" -Template $Template }) TemplateFailed $Category "bad-$Unique"
    }

    It 'refuses an archive that is none, one that is cut off, and one without a root file system' {
        $archive = "$tree/bad.tar"
        [IO.File]::WriteAllText($archive, 'no archive at all')
        Assert-OneError (Get-Outcome { New-LxcContainer "bad-$Unique" -Template $archive }) TemplateFailed InvalidOperation "bad-$Unique"
        tar -czf $archive -C $tree bin etc
        $bytes = [IO.File]::ReadAllBytes($archive)
        [IO.File]::WriteAllBytes($archive, $bytes[0..([int] ($bytes.Length / 2))])
        Assert-OneError (Get-Outcome { New-LxcContainer "bad-$Unique" -Template $archive }) TemplateFailed InvalidOperation "bad-$Unique"
        tar -cf $archive -C $tree/etc mark
        Assert-OneError (Get-Outcome { New-LxcContainer "bad-$Unique" -Template $archive }) TemplateFailed InvalidOperation "bad-$Unique"
        [IO.File]::Delete($archive)
    }

    It 'refuses <Title> in -Config, naming it' -ForEach @(
        @{ Title = 'a key that LXC does not know'; Key = 'lxc.nonsense'; Value = '1'; Id = 'ConfigUnknownKey'; Category = 'ParserError' }
        @{ Title = 'a value that the key cannot have'; Key = 'lxc.start.auto'; Value = 'maybe'; Id = 'ConfigInvalidValue'; Category = 'InvalidArgument' }
        @{ Title = 'host ids beyond the last'; Key = 'lxc.idmap'; Value = 'u 0 4294967290 65536'; Id = 'ConfigInvalidValue'; Category = 'InvalidArgument' }
        @{ Title = 'an id map that is none'; Key = 'lxc.idmap'; Value = 'nobody'; Id = 'ConfigInvalidValue'; Category = 'InvalidArgument' }
        @{ Title = 'a value of two lines'; Key = 'lxc.uts.name'; Value = "a`nlxc.cap.drop ="; Id = 'ConfigInvalidValue'; Category = 'InvalidArgument' }
    ) {
        $outcome = Get-Outcome { New-LxcContainer "bad-$Unique" -Template Busybox -Config @{ $Key = $Value } }
        Assert-OneError $outcome $Id $Category "bad-$Unique"
        $outcome.Errors[0].Exception.ConfigKey | Should -BeExactly $Key
    }

    It 'says that the disk is full, and gives all of it back' {
        $disk = "$tree/disk"
        [void] [IO.Directory]::CreateDirectory($disk)
        mount -t tmpfs -o size=600k lxcps-test-disk $disk
        try {
            [void] (New-LxcContainer "small-$Unique" -Template None -LxcPath $disk)
            $outcome = Get-Outcome { New-LxcContainer "full-$Unique" -Template Busybox -LxcPath $disk }
            Assert-OneError $outcome StorageFull LimitsExceeded "full-$Unique"
            $outcome.Errors[0].Exception.Errno | Should -Be 28 -Because 'that is ENOSPC'
            [IO.Directory]::GetFileSystemEntries($disk) | Should -Be "$disk/small-$Unique"
            Remove-LxcContainer "small-$Unique" -LxcPath $disk -Confirm:$false
        }
        finally {
            umount $disk
            [IO.Directory]::Delete($disk)
        }
    }

    It 'refuses an LxcPath that is <Title>' -ForEach @(
        @{ Title = 'a file'; Path = 'tree/etc/mark'; Target = 'name'; Category = 'ResourceUnavailable' }
        @{ Title = 'of another provider'; Path = 'Env:'; Target = 'path'; Category = 'InvalidOperation' }
    ) {
        $place = if ($Target -eq 'name') { "$LxcPath/$Path" } else { $Path }
        $outcome = Get-Outcome { New-LxcContainer "bad-$Unique" -Template None -LxcPath $place }
        Assert-OneError $outcome StorageFailed $Category ($Target -eq 'name' ? "bad-$Unique" : $Path)
    }
}

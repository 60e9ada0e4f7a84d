# Archives of containers: Export-LxcContainer and Import-LxcContainer.
BeforeDiscovery {
    . $PSScriptRoot/BadNames.ps1
    $hasLxc = [bool] (Get-Command lxc-create, lxc-start -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/OddFiles.ps1
    $base = "base-$Unique"
    [void] (New-TestContainer $base @{ 'lxc.net.0.type' = 'veth'; 'lxc.net.0.hwaddr' = '00:16:3e:11:22:33'; 'lxc.mount.entry' = "$LxcPath/$base/shared srv none bind,create=dir 0 0" })
    [void] [IO.Directory]::CreateDirectory("$LxcPath/$base/shared")
    [IO.File]::WriteAllText("$LxcPath/$base/shared/file", 'shared')
    $rootfs = "$LxcPath/$base/rootfs"
    [IO.File]::WriteAllText("$rootfs/etc/hostname", "$base`n")
    [IO.File]::WriteAllText("$rootfs/etc/machine-id", "0123456789abcdef0123456789abcdef`n")
    $archives = [IO.Directory]::CreateDirectory("/tmp/lxcps-archives-$Unique").FullName

    function New-Archive {
        # What tar packs of a container's directory that a script has changed.
        param([scriptblock] $Change, [string[]] $Arguments = '.')
        $directory = [IO.Directory]::CreateDirectory("$archives/made").FullName
        & cp -a "$LxcPath/$base/." $directory
        & $Change $directory
        & tar --create "--file=$archives/made.tar" "--directory=$directory" @Arguments
        & rm -rf $directory
        "$archives/made.tar"
    }

    function Assert-Refused {
        param([scriptblock] $Script, [string] $Id, [string] $Category, [string] $Text)
        $outcome = Get-Outcome $Script
        $outcome.Output | Should -BeNullOrEmpty
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].Exception.ErrorId | Should -BeExactly $Id
        "$($outcome.Errors[0].CategoryInfo.Category)" | Should -BeExactly $Category
        $outcome.Errors[0].Exception.Message | Should -Match $Text
        $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }
}

AfterAll {
    Remove-Item $archives -Recurse -Force
    Assert-NothingLeft
}

Describe 'Export-LxcContainer and Import-LxcContainer' {
    AfterEach {
        Get-LxcContainer | Where-Object Name -NE $base | Remove-LxcContainer -Force
        Get-ChildItem $archives -Force | Remove-Item -Recurse -Force
    }

    It 'bring a container from one directory of containers to another: <Suffix>' -ForEach @{ Suffix = 'tar.zst' }, @{ Suffix = 'tar.gz' }, @{ Suffix = 'tar.xz' }, @{ Suffix = 'tar' } {
        $archive = "$archives/x.$Suffix"
        Export-LxcContainer $base $archive | Should -BeNullOrEmpty
        & stat -c %a $archive | Should -Be '600'
        [IO.Directory]::GetFileSystemEntries($archives) | Should -HaveCount 1
        $made = Import-LxcContainer $archive "made-$Unique"
        $made | Should -BeOfType ([LxcPS.LxcContainer])
        $made.Name | Should -Be "made-$Unique"
        $made.HostName | Should -Be "made-$Unique"
        $made.Rootfs | Should -Be "dir:$LxcPath/made-$Unique/rootfs"
        (Get-LxcConfig "made-$Unique" lxc.net.0.hwaddr).Value | Should -Match '^00:16:3e(:[0-9a-f]{2}){3}$'
        (Get-LxcConfig "made-$Unique" lxc.net.0.hwaddr).Value | Should -Not -Be '00:16:3e:11:22:33'
        (Get-LxcConfig "made-$Unique" lxc.mount.entry).Value | Should -Be "$LxcPath/made-$Unique/shared srv none bind,create=dir 0 0"
        (Get-LxcConfig "made-$Unique" lxc.idmap).Value | Should -Not -Be (Get-LxcConfig $base lxc.idmap).Value -Because 'the ids are used'
        [IO.File]::ReadAllText("$LxcPath/made-$Unique/rootfs/etc/hostname") | Should -BeExactly "made-$Unique`n"
        [IO.File]::ReadAllText("$LxcPath/made-$Unique/rootfs/etc/machine-id") | Should -BeExactly ''
        [IO.Directory]::GetFiles("$LxcPath/made-$Unique") | Should -Be "$LxcPath/made-$Unique/config"
        Start-LxcContainer $base, "made-$Unique"
        Invoke-LxcCommand "made-$Unique" cat /srv/file | Should -Be 'shared'
        Stop-LxcContainer $base -Kill
    }

    It 'keep odd names, holes, hard links, attributes, capabilities, devices and owners bit by bit' {
        New-OddFile "$rootfs/odd"
        $tree = Get-Tree $rootfs
        Export-LxcContainer $base "$archives/odd.tar.zst"
        [void] (Import-LxcContainer "$archives/odd.tar.zst" "odd-$Unique" -Trust)
        foreach ($attribute in 'user\.kind', 'trusted\.kind', 'security\.capability', 'system\.posix_acl_access', 'dangling trusted\.kind', 'escape security\.capability') {
            $tree | Should -Match $attribute
        }

        Get-Tree "$LxcPath/odd-$Unique/rootfs" | Should -BeExactly $tree
        & rm -rf "$rootfs/odd"
    }

    It 'keep the identity of a container that moves, its name, and its ids where they are free' {
        Copy-LxcContainer $base "mover-$Unique" | Export-LxcContainer -Path $archives -PassThru | ForEach-Object { $_.FullName, $_.PSPath } |
            Should -Be "$archives/mover-$Unique.tar.zst", "Microsoft.PowerShell.Core\FileSystem::$archives/mover-$Unique.tar.zst"
        $before = [IO.File]::ReadAllText("$LxcPath/mover-$Unique/config")
        Set-Content "$LxcPath/mover-$Unique/rootfs/etc/machine-id" '00000000000000000000000000000001'
        Export-LxcContainer "mover-$Unique" $archives -Force
        Remove-LxcContainer "mover-$Unique" -Force
        # Ids of ours that nobody else has: a copy has its source's.
        $idmap = (Get-LxcConfig $base lxc.idmap).Value
        (Get-Item "$archives/mover-$Unique.tar.zst" | Import-LxcContainer -KeepIdentity).Name | Should -Be "mover-$Unique"
        [IO.File]::ReadAllText("$LxcPath/mover-$Unique/rootfs/etc/machine-id").Trim() | Should -BeExactly '00000000000000000000000000000001'
        (Get-LxcConfig "mover-$Unique" lxc.idmap).Value | Should -Not -Be $idmap
        $moved = [IO.File]::ReadAllText("$LxcPath/mover-$Unique/config") -replace '(?m)^lxc\.idmap.*\n'
        $moved | Should -BeExactly ($before -replace '(?m)^lxc\.idmap.*\n')
        $idmap = (Get-LxcConfig "mover-$Unique" lxc.idmap).Value
        Export-LxcContainer "mover-$Unique" $archives -Force
        Remove-LxcContainer "mover-$Unique" -Force
        [void] (Import-LxcContainer "$archives/mover-$Unique.tar.zst")
        (Get-LxcConfig "mover-$Unique" lxc.idmap).Value | Should -Be $idmap
    }

    It 'make a copy that is laid over another whole' -Tag Vm {
        [void] (Copy-LxcContainer $base "laid-$Unique" -Snapshot)
        Start-LxcContainer "laid-$Unique"
        Invoke-LxcCommand "laid-$Unique" sh '-c' 'echo new >/mark; rm /bin/vi; rm -r /root; mkdir /root; echo own >/etc/profile'
        Stop-LxcContainer "laid-$Unique" -Kill
        Export-LxcContainer "laid-$Unique" "$archives/laid.tar.gz"
        Remove-LxcContainer "laid-$Unique" -Force
        $made = Import-LxcContainer "$archives/laid.tar.gz"
        $made.Rootfs | Should -Be "dir:$LxcPath/laid-$Unique/rootfs"
        Test-Path "$LxcPath/laid-$Unique/overlay" | Should -BeFalse
        Test-Path "$LxcPath/$base/lxc_snapshots" | Should -BeFalse
        Start-LxcContainer "laid-$Unique" -Command sh '-c' 'cat /mark /etc/profile; test -e /bin/vi || echo gone; test -x /bin/sh && echo there' | Should -Be 'new', 'own', 'gone', 'there'
    }

    It 'refuses to export what shares the host''s programs' {
        [void] (New-LxcContainer "host-$Unique" -Template Host)
        Assert-OneError (Get-Outcome { Export-LxcContainer "host-$Unique" $archives }) ConfigUnsupported NotImplemented "host-$Unique"
        Get-ChildItem $archives -Force | Should -BeNullOrEmpty
    }

    It 'refuses to export a container that runs, and goes on with others' {
        [void] (New-TestContainer "runs-$Unique")
        Start-LxcContainer "runs-$Unique"
        $outcome = Get-Outcome { "runs-$Unique", $base | Export-LxcContainer -Path $archives -PassThru }
        Assert-OneError $outcome ContainerRunning InvalidOperation "runs-$Unique"
        $outcome.Output.Name | Should -Be "$base.tar.zst"
    }

    It 'refuses a file that is there, a name without a suffix, and a place within the container' {
        Set-Content "$archives/there.tar" 'mine'
        Assert-OneError (Get-Outcome { Export-LxcContainer $base "$archives/there.tar" }) ArchiveFailed ResourceExists $base
        [IO.File]::ReadAllText("$archives/there.tar").Trim() | Should -Be 'mine'
        Assert-OneError (Get-Outcome { Export-LxcContainer $base "$archives/x.zip" }) ArchiveFailed InvalidArgument $base
        Assert-OneError (Get-Outcome { Export-LxcContainer $base "$LxcPath/$base/x.tar" }) ArchiveFailed InvalidArgument $base
        Assert-OneError (Get-Outcome { Export-LxcContainer $base "$archives/no/x.tar" }) StorageFailed ObjectNotFound $base
        Assert-OneError (Get-Outcome { Export-LxcContainer "no-$Unique" $archives }) ContainerNotFound ObjectNotFound "no-$Unique"
    }

    It 'change nothing with -WhatIf' {
        Export-LxcContainer $base $archives -WhatIf
        Get-ChildItem $archives -Force | Should -BeNullOrEmpty
        Export-LxcContainer $base $archives
        Import-LxcContainer "$archives/$base.tar.zst" "none-$Unique" -WhatIf | Should -BeNullOrEmpty
        Test-Path "$LxcPath/none-$Unique" | Should -BeFalse
    }

    It 'takes what tar packed of a container: <Title>' -ForEach @(
        @{ Title = 'its directory'; Arguments = '.' }
        @{ Title = 'its files'; Arguments = 'config', 'rootfs', 'shared' }
        @{ Title = 'a directory of its name'; Arguments = '--transform=s,^\./,old/,', '.' }
    ) {
        $archive = New-Archive { } $Arguments
        $made = Import-LxcContainer $archive "made-$Unique"
        $made.Rootfs | Should -Be "dir:$LxcPath/made-$Unique/rootfs"
        (Get-LxcConfig "made-$Unique" lxc.mount.entry).Value | Should -Be "$LxcPath/made-$Unique/shared srv none bind,create=dir 0 0"
        & stat -c '%a %u' "$LxcPath/made-$Unique" | Should -Be '770 0'
        Start-LxcContainer "made-$Unique" -Command hostname | Should -Be "made-$Unique"
    }

    It 'takes what lxc-create made and tar packed' -Skip:(-not $hasLxc) {
        & lxc-create -P $LxcPath -n "theirs-$Unique" -t busybox *> $null
        & tar --create --zstd "--file=$archives/theirs.tar.zst" --numeric-owner "--directory=$LxcPath" "theirs-$Unique"
        Assert-Refused { Import-LxcContainer "$archives/theirs.tar.zst" "ours-$Unique" } ArchiveRefused SecurityError 'no lxc\.idmap'
        $made = Import-LxcContainer "$archives/theirs.tar.zst" "ours-$Unique" -Trust
        $made.Rootfs | Should -Be "dir:$LxcPath/ours-$Unique/rootfs"
        & lxc-info -P $LxcPath -n "ours-$Unique" -s | Should -Match 'STOPPED'
    }

    It 'refuses <Title>' -ForEach @(
        @{ Title = 'a name with ..'; Text = 'evil: leads out by \.\.'; Arguments = '--transform=s,shared/file,../../evil,', '.' }
        @{ Title = 'an absolute name'; Text = '/tmp/lxcps-evil: an absolute name'; Arguments = '--absolute-names', '--transform=s,^\./shared/file,/tmp/lxcps-evil,', '.' }
        @{ Title = 'a symbolic link beside the root file system'; Text = 'shared/out: a link outside'; Change = { & ln -s /etc "$args/shared/out" } }
        @{ Title = 'a root file system that is a link'; Text = 'rootfs: a link outside'; Change = { & mv "$args/rootfs" "$args/r"; & ln -s r "$args/rootfs" } }
        @{ Title = 'a hard link out'; Text = 'shared/two: a link out of the archive'; Change = { & ln "$args/shared/file" "$args/shared/two" }; Arguments = '--absolute-names', '--transform=flags=h;s,^\./shared/file$,/etc/shadow,', '--sort=name', '.' }
        @{ Title = 'a file by way of a link'; Text = 'rootfs/a/b/cron: comes by way'; Change = { & mkdir "$args/rootfs/a"; & ln -s /etc "$args/rootfs/a/b"; & touch "$args/rootfs/c" }; Arguments = '--transform=s,^\./rootfs/c$,./rootfs/a/b/cron,', './config', './rootfs/a', './rootfs/c' }
        @{ Title = 'a device node'; Text = 'rootfs/disk: a device node'; Change = { & mknod "$args/rootfs/disk" b 8 0 } }
        @{ Title = 'a file beside its directory'; Text = 'beside'; Arguments = '--transform=s,^\./,old/,', '--transform=s,old/shared/file,other,', '.' }
    ) {
        $archive = New-Archive ($Change ?? { }) ($Arguments ?? '.')
        Assert-Refused { Import-LxcContainer $archive "evil-$Unique" } ArchiveRefused SecurityError $Text
        Test-Path "$LxcPath/evil-$Unique", /tmp/lxcps-evil, "$LxcPath/evil" | Should -Be $false, $false, $false
    }

    It 'refuses settings that reach the host, and names all' {
        $lines = 'lxc.hook.pre-start = /bin/true', 'lxc.net.0.script.up = /bin/true', 'lxc.include = /etc/not-there', 'lxc.mount.entry = /etc srv none bind 0 0',
            'lxc.mount.entry = DIR/rootfs/link srv none bind 0 0', 'lxc.apparmor.profile = unconfined', 'lxc.unheard = of'
        $archive = New-Archive { Add-Content "$args/config" ($lines -replace 'DIR', "$LxcPath/$base"); & sed -i '/lxc.idmap/d' "$args/config" }
        foreach ($text in @($lines.ForEach({ [regex]::Escape(($_ -replace 'DIR', "$LxcPath/evil-$Unique")) })) + 'no lxc\.idmap') {
            Assert-Refused { Import-LxcContainer $archive "evil-$Unique" } ArchiveRefused SecurityError $text
        }

        Test-Path "$LxcPath/evil-$Unique" | Should -BeFalse
    }

    It 'takes what reaches the host with -Trust' {
        $archive = New-Archive { Add-Content "$args/config" "lxc.hook.pre-start = /bin/true`nlxc.mount.entry = /etc/hostname srv none bind,optional 0 0"; & sed -i '/idmap/d' "$args/config"; & mknod "$args/rootfs/disk" b 8 0 }
        $made = Import-LxcContainer $archive "kept-$Unique" -Trust
        $made.Unprivileged | Should -BeFalse
        (Get-LxcConfig "kept-$Unique" lxc.hook.pre-start).Value | Should -Be '/bin/true'
        & stat -c %F "$LxcPath/kept-$Unique/rootfs/disk" | Should -Be 'block special file'
    }

    It 'gives other ids to one whose ids are the host''s: <_>' -ForEach '0 0 65536', '0 1000 65536' {
        $map = $_
        $archive = New-Archive { & sed -i "s/^lxc.idmap = \([ug]\).*/lxc.idmap = \1 $map/" "$args/config" }
        [void] (Import-LxcContainer $archive "mapped-$Unique")
        @(Get-LxcConfig "mapped-$Unique" lxc.idmap).Value | Should -HaveCount 2
        foreach ($value in @(Get-LxcConfig "mapped-$Unique" lxc.idmap).Value) {
            [uint32] $value.Split(' ')[2] | Should -BeGreaterThan 99999
        }
    }

    It 'refuses ids of the host''s where the files have them' {
        $archive = New-Archive { & sed -i -e '/idmap=container/d' -e 's/^lxc.idmap = \([ug]\).*/lxc.idmap = \1 0 1000 65536/' "$args/config" }
        Assert-Refused { Import-LxcContainer $archive "mapped-$Unique" } ArchiveRefused SecurityError 'u 0 1000 65536'
        Test-Path "$LxcPath/mapped-$Unique" | Should -BeFalse
    }

    It 'says what is no archive of a container: <Title>' -ForEach @(
        @{ Title = 'a file that is not there'; Id = 'StorageFailed'; Category = 'ObjectNotFound'; Make = { } }
        @{ Title = 'no archive'; Id = 'ArchiveFailed'; Category = 'InvalidOperation'; Make = { Set-Content $args 'text' } }
        @{ Title = 'an archive of something else'; Id = 'ArchiveFailed'; Category = 'InvalidOperation'; Make = { & tar --create "--file=$args" --directory=/etc hostname } }
        @{ Title = 'a part of one'; Id = 'ArchiveFailed'; Category = 'InvalidOperation'; Make = { Export-LxcContainer $base "$args"; & truncate -s 20000 "$args" } }
    ) {
        & $Make "$archives/bad.tar.zst"
        Assert-Refused { Import-LxcContainer "$archives/bad.tar.zst" "bad-$Unique" } $Id $Category 'bad\.tar\.zst'
        Test-Path "$LxcPath/bad-$Unique" | Should -BeFalse
    }

    It 'refuses a name that is taken, and one that is no name' {
        Export-LxcContainer $base $archives
        $before = [IO.File]::ReadAllText("$LxcPath/$base/config")
        Assert-Refused { Import-LxcContainer "$archives/$base.tar.zst" } ContainerExists ResourceExists $base
        [IO.File]::ReadAllText("$LxcPath/$base/config") | Should -BeExactly $before
        Assert-Refused { Import-LxcContainer "$archives/$base.tar.zst" 'a/b' } InvalidName InvalidArgument 'a/b'
    }

    It 'runs the hooks of a creation' {
        Export-LxcContainer $base $archives
        Register-LxcHook PostCreate -All { throw "not $env:LXC_NAME" }
        try {
            Assert-Refused { Import-LxcContainer "$archives/$base.tar.zst" "hooked-$Unique" } HookFailed InvalidOperation "not hooked-$Unique"
        }
        finally {
            Get-LxcHook -All | Unregister-LxcHook
        }

        Test-Path "$LxcPath/hooked-$Unique" | Should -BeFalse
    }
}

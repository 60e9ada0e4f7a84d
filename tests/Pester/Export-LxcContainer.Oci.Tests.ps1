# Containers and images that are exported as images of OCI's kind: what skopeo reads and containers are made of again.
BeforeDiscovery {
    $noSkopeo = -not (Get-Command skopeo -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/OddFiles.ps1
    $base = "base-$Unique"
    [void] (New-TestContainer $base @{
        'lxc.init.cmd' = 'sh -c ''pwd > said; id -u >> said; id -g >> said; echo "$GREETING" >> said; exec sleep 1000'''; 'lxc.init.cwd' = '/srv/app'; 'lxc.init.uid' = '33'
        'lxc.init.gid' = '34'; 'lxc.environment' = 'GREETING=good day'; 'lxc.signal.halt' = 'SIGTERM'
    })
    $rootfs = "$LxcPath/$base/rootfs"
    New-OddFile "$rootfs/odd"
    # Devices are left to the engine, attributes of root's are not unpacked, and holes are filled.
    Remove-Item "$rootfs/odd/zero", "$rootfs/odd/sparse", "$rootfs/odd/dangling"
    [void] (New-Item -ItemType Directory "$rootfs/srv/app" -Force)
    & chown 33:34 "$rootfs/srv/app"
    $tree = Get-Tree $rootfs
    $archives = [IO.Directory]::CreateDirectory("/tmp/lxcps-oci-$Unique").FullName
    $images = [IO.Directory]::CreateDirectory("/tmp/lxcps-oci-images-$Unique").FullName

    function Get-Below {
        # The root file system of the image that a container is laid over.
        (Get-LxcContainer $args[0]).Rootfs.Split(':')[1]
    }

    function Get-Manifest {
        # What an exported layout says, by way of its digests.
        param([string] $Layout)
        $blob = { [IO.File]::ReadAllText("$Layout/blobs/sha256/$($args -replace '^sha256:')") | ConvertFrom-Json }
        $manifest = & $blob ([IO.File]::ReadAllText("$Layout/index.json") | ConvertFrom-Json).manifests[0].digest
        $manifest | Add-Member Image (& $blob $manifest.config.digest) -PassThru
    }
}

AfterAll {
    # Not all of the names are text.
    & rm -rf $archives $images
    Assert-NothingLeft
}

Describe 'Export-LxcContainer -Format Oci' {
    AfterEach {
        Get-LxcContainer | Where-Object Name -NE $base | Remove-LxcContainer -Force
        & find $archives -mindepth 1 -delete
    }

    It 'writes an image that a container of the same files and program is made of: <_>' -ForEach 'layout', 'image.tar' {
        $path = "$archives/$_"
        $made = Export-LxcContainer $base $path -Format Oci -PassThru
        $made.FullName | Should -BeExactly $path
        & stat -c %a $path | Should -Be ($_ -eq 'layout' ? '700' : '600')
        [IO.Directory]::GetFileSystemEntries($archives) | Should -HaveCount 1
        $again = New-LxcContainer "again-$Unique" -Template Oci -Image $path -ImagePath $images
        foreach ($attribute in 'security\.capability', 'system\.posix_acl_access') {
            $tree | Should -Match $attribute
        }

        Get-Tree (Get-Below "again-$Unique") | Should -BeExactly $tree
        Start-LxcContainer $again
        $said = "$LxcPath/again-$Unique/overlay/delta/srv/app/said"
        Wait-Until { [IO.File]::Exists($said) -and [IO.File]::ReadAllLines($said).Count -eq 4 } | Should -BeTrue
        [IO.File]::ReadAllLines($said) | Should -Be '/srv/app', '33', '34', 'good day'
        Stop-LxcContainer $again -Kill
    }

    It 'writes what skopeo reads: <Form>' -Skip:$noSkopeo -ForEach @{ Form = 'oci'; File = 'x' }, @{ Form = 'oci-archive'; File = 'x.tar' } {
        Export-LxcContainer $base "$archives/$File" -Format Oci
        $facts = & skopeo inspect "${Form}:$archives/$File" | ConvertFrom-Json
        $LASTEXITCODE | Should -Be 0
        $facts.Architecture | Should -Be ([LxcPS.Engine.Images.ImageArchitecture]::OfHost)
        $facts.Layers | Should -HaveCount 1
        $facts.Env | Should -Be 'GREETING=good day'
        # A copy reads the layer, and checks both of its digests.
        & skopeo copy --quiet "${Form}:$archives/$File" "dir:$archives/copy"
        $LASTEXITCODE | Should -Be 0
    }

    It 'writes owners as the container sees them where the files have the ids of its maps' {
        [void] (Copy-LxcContainer $base "mapped-$Unique")
        $mapped = "$LxcPath/mapped-$Unique"
        & sed -i '/^lxc.rootfs.options/d' "$mapped/config"
        $first = (Get-LxcConfig "mapped-$Unique" lxc.idmap)[0].Value.Split(' ')[2]
        # As if the container had made them: also the id of an access list, and the root to whom a capability is given.
        & perl -MFile::Find -e @'
            my $first = shift; my %seen;
            sub attribute { my ($f, $n) = @_; my $v = "\0" x 256; my $l = syscall(192, $f, $n, $v, 256); $l < 0 ? undef : substr($v, 0, $l) }
            sub set { my ($f, $n, $v) = @_; syscall(189, $f, $n, $v, length $v, 0) == 0 or die "$n: $!" }
            find({ no_chdir => 1, wanted => sub {
                my @s = lstat $_; return if $seen{$s[1]}++;
                my ($can, $acl) = (attribute($_, "security.capability"), attribute($_, "system.posix_acl_access"));
                syscall(94, $_, $s[4] + $first, $s[5] + $first) == 0 or die "$_: $!";
                chmod $s[2] & 07777, $_ unless -l $_;
                set($_, "security.capability", pack("V", 0x03000001) . substr($can, 4, 16) . pack("V", $first)) if $can;
                set($_, "system.posix_acl_access", substr($acl, 0, 4) . join "", map { my @e = unpack "vvV"; pack "vvV", @e[0, 1], $e[2] == 0xffffffff ? $e[2] : $e[2] + $first } unpack "(a8)*", substr($acl, 4)) if $acl;
            } }, shift)
'@ $first "$mapped/rootfs"
        $LASTEXITCODE | Should -Be 0
        & stat -c %u "$mapped/rootfs/srv/app" | Should -Be "$(33 + $first)"
        Export-LxcContainer "mapped-$Unique" "$archives/mapped" -Format Oci
        [void] (New-LxcContainer "again-$Unique" -Template Oci -Image "$archives/mapped" -ImagePath $images)
        Get-Tree (Get-Below "again-$Unique") | Should -BeExactly $tree
    }

    It 'writes a copy that is laid over another whole, and what has no program says none' {
        [void] (New-TestContainer "below-$Unique")
        [void] (Copy-LxcContainer "below-$Unique" "laid-$Unique" -Snapshot)
        [IO.File]::WriteAllText((Join-Path (Get-LxcContainer "laid-$Unique").Rootfs.Split(':')[-1] mark), 'new')
        Export-LxcContainer "laid-$Unique" "$archives/laid" -Format Oci
        $manifest = Get-Manifest "$archives/laid"
        $names = @(& tar -tzf "$archives/laid/blobs/sha256/$($manifest.layers[0].digest -replace '^sha256:')")
        $names | Should -Contain './mark'
        $names | Should -Contain './bin/busybox'
        $manifest.Image.config.PSObject.Properties.Name | Should -Not -Contain 'Entrypoint'
    }

    It 'replaces a layout or an archive with -Force alone, and no other directory' {
        Export-LxcContainer $base "$archives/x" -Format Oci
        Set-Content "$archives/x/mine" 'mine'
        Assert-OneError (Get-Outcome { Export-LxcContainer $base "$archives/x" -Format Oci }) ArchiveFailed ResourceExists $base
        Test-Path "$archives/x/mine" | Should -BeTrue
        Export-LxcContainer $base "$archives/x/" -Format Oci -Force
        Test-Path "$archives/x/mine" | Should -BeFalse
        (Get-Manifest "$archives/x").layers | Should -HaveCount 1
        $place = [IO.Directory]::CreateDirectory("$archives/place").FullName
        (Export-LxcContainer $base $place -Format Oci -PassThru).FullName | Should -BeExactly "$place/$base.tar"
        Assert-OneError (Get-Outcome { Export-LxcContainer $base $place -Format Oci }) ArchiveFailed ResourceExists $base
        Export-LxcContainer $base $place -Format Oci -Force
        [IO.Directory]::GetFileSystemEntries($place) | Should -HaveCount 1
        [IO.Directory]::GetFileSystemEntries($archives) | Should -HaveCount 2
    }

    It 'leaves nothing when it is stopped' {
        [void] (New-TestContainer "large-$Unique")
        & dd if=/dev/urandom "of=$LxcPath/large-$Unique/rootfs/data" bs=1M count=64 status=none
        $shell = [powershell]::Create()
        [void] $shell.AddScript('param($module, $path, $name, $place) Import-Module $module; Export-LxcContainer $name "$place/x" -Format Oci -LxcPath $path')
        [void] $shell.AddArgument((Get-Module LxcPS).Path).AddArgument($LxcPath).AddArgument("large-$Unique").AddArgument($archives)
        try {
            $running = $shell.BeginInvoke()
            Wait-Until { & find $archives -name layer } | Should -BeTrue
            $running.IsCompleted | Should -BeFalse
            $shell.Stop()
        }
        finally {
            $shell.Dispose()
        }

        [IO.Directory]::GetFileSystemEntries($archives) | Should -BeNullOrEmpty
        Export-LxcContainer "large-$Unique" "$archives/x" -Format Oci
    }

    It 'refuses a name that is no image''s, what cannot be one, and changes nothing with -WhatIf' {
        Assert-OneError (Get-Outcome { Export-LxcContainer $base "$archives/x.tar.gz" -Format Oci }) ArchiveFailed InvalidArgument $base
        Assert-OneError (Get-Outcome { Export-LxcContainer $base "$archives/no/x" -Format Oci }) StorageFailed ObjectNotFound $base
        Assert-OneError (Get-Outcome { Export-LxcContainer $base "$LxcPath/$base/x" -Format Oci }) ArchiveFailed InvalidArgument $base
        [void] (New-LxcContainer "bare-$Unique" -Template None)
        & sed -i '/^lxc.rootfs.path/d' "$LxcPath/bare-$Unique/config"
        (Get-Outcome { Export-LxcContainer "bare-$Unique" "$archives/x" -Format Oci }).Errors[0].Exception.ErrorId | Should -BeExactly RootfsFailed
        Export-LxcContainer $base "$archives/x" -Format Oci -WhatIf
        [IO.Directory]::GetFileSystemEntries($archives) | Should -BeNullOrEmpty
    }
}

Describe 'Export-LxcImage -Format Oci' {
    It 'writes an image that is the same when it is read again' {
        Export-LxcContainer $base "$archives/x" -Format Oci
        $image = Save-LxcImage Oci "$archives/x" -ImagePath $images
        $image | Export-LxcImage -Path $archives -Format Oci
        $again = Save-LxcImage Oci "$archives/$($image.Name.Replace('/', '-')).tar" -ImagePath "$images/copies"
        $again.Created | Should -Be $image.Created
        ($image | Export-LxcImage -Path "$archives/y" -Format Oci -PassThru) | Should -BeOfType ([IO.DirectoryInfo])
        # The layer is the same to the byte.
        (Get-Manifest "$archives/y").layers[0].digest | Should -BeExactly (Get-Manifest "$archives/x").layers[0].digest
    }
}

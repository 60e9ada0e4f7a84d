# Extended attributes, access lists and capabilities of files that are copied into containers and out of them.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/Items.ps1
    $plain = "plain-$Unique"
    $privileged = "privileged-$Unique"
    $stopped = "stopped-$Unique"
    [void] (New-TestContainer $plain, $stopped, "base-$Unique")
    [void] (New-TestContainer $privileged -Privileged)
    [void] (Copy-LxcContainer "base-$Unique" "laid-$Unique" -Snapshot)
    Start-LxcContainer $plain, $privileged, "laid-$Unique"

    function Get-HostRoot {
        # The host's id of a container's root.
        param([string] $Name)
        [uint] (-split (Get-LxcConfig $Name lxc.idmap).Value[0])[2]
    }

    function Set-Attribute {
        # setxattr(2) of x86-64; the value in hexadecimal.
        param([string] $Path, [string] $Name, [string] $Value)
        & perl '-e' 'my $v = pack "H*", $ARGV[2]; syscall(188, $ARGV[0], $ARGV[1], $v, length $v, 0) == 0 or die "$ARGV[1]: $!"' "$HostFiles/$Path" $Name $Value
        $LASTEXITCODE | Should -Be 0
    }

    function Get-Attribute {
        # A line for each attribute of each file in a directory: listxattr(2) and getxattr(2).
        param([string] $Path)
        & sh '-c' 'cd "$1"; find . -print0 | LC_ALL=C sort -z | perl -0 -ne ''chomp; my $l = "\0" x 65536; my $n = syscall(194, $_, $l, 65536); next if $n <= 0; for my $k (sort split /\0/, substr($l, 0, $n)) { my $v = "\0" x 65536; my $m = syscall(191, $_, $k, $v, 65536); print "$_ $k ", $m < 0 ? $! : unpack("H*", substr($v, 0, $m)), "\n" }''' sh $Path
    }

    function Get-AccessList {
        # Owner rw, the users and groups that are given as u or g and an id to read, and nobody else.
        param([string[]] $Id)
        $named = @(foreach ($one in $Id) { [BitConverter]::GetBytes([uint16] ($one[0] -eq 'u' ? 2 : 8)); 4, 0; [BitConverter]::GetBytes([uint] $one.Substring(1)) })
        $none = 255, 255, 255, 255
        $users = $named.Count / 8 - @($Id -like 'g*').Count
        [Convert]::ToHexString([byte[]] (@(2, 0, 0, 0, 1, 0, 6, 0) + $none + @($named | Select-Object -First (8 * $users)) + @(4, 0, 4, 0) + $none +
            @($named | Select-Object -Skip (8 * $users)) + @(16, 0, 4, 0) + $none + @(32, 0, 0, 0) + $none)).ToLowerInvariant()
    }

    # cap_net_raw, effective: root's, and that of the user namespaces of an id.
    $rawSocket = '0100000200200000000000000000000000000000'
    function Get-RawSocketOf {
        param([uint] $Id)
        '01000003' + $rawSocket.Substring(8) + [Convert]::ToHexString([BitConverter]::GetBytes($Id)).ToLowerInvariant()
    }

    Invoke-Shell 'mkdir -p kept/folder; echo x > kept/noted; echo x > kept/listed; cp /bin/true kept/able; chown 12:34 kept/*; chmod 1710 kept/folder; chmod 400 kept/noted'
    Set-Attribute kept/noted user.note ([Convert]::ToHexString([byte[]] (0..255)))
    Set-Attribute kept/noted user.empty ''
    Set-Attribute kept/folder user.note 00ff
    # Linux 6.1 shows no ids of a list through a mount that maps them, to a user namespace that does not have them on the host.
    $showsIds = [Environment]::OSVersion.Version -ge [version] '6.2'
    Set-Attribute kept/listed system.posix_acl_access (Get-AccessList ($showsIds ? ('u77', 'u78', 'g88') : @()))
    Set-Attribute kept/folder system.posix_acl_default (Get-AccessList ($showsIds ? 'u77' : @()))
    Set-Attribute kept/able security.capability $rawSocket
    $kept = Get-Attribute "$HostFiles/kept"
    Invoke-Shell 'mkdir trusted; echo x > trusted/file'
    Set-Attribute trusted/file trusted.note 61
}

AfterAll {
    Remove-HostFiles
    Assert-NothingLeft
}

Describe 'Copy-LxcItem and the attributes of files, of <Prefix>' -ForEach @{ Prefix = 'plain' }, @{ Prefix = 'stopped' }, @{ Prefix = 'laid' } {
    It 'brings them in and out again; capabilities stay the container''s' {
        $name = "$Prefix-$Unique"
        $kept | Should -HaveCount 6
        Copy-LxcItem "$HostFiles/kept" /root -ToContainer $name -Recurse -WarningVariable warnings
        Copy-LxcItem /root/kept "$HostFiles/back-$Prefix" -FromContainer $name -Recurse -WarningVariable +warnings
        Get-Attribute "$HostFiles/back-$Prefix" | Should -BeExactly ($kept -replace $rawSocket, (Get-RawSocketOf (Get-HostRoot $name)))
        Get-Tree "$HostFiles/back-$Prefix" | Should -Be (Get-Tree "$HostFiles/kept")
        # In again they are what they were.
        Copy-LxcItem "$HostFiles/back-$Prefix" /root/again -ToContainer $name -Recurse -WarningVariable +warnings
        Copy-LxcItem /root/again "$HostFiles/again-$Prefix" -FromContainer $name -Recurse -WarningVariable +warnings
        Get-Attribute "$HostFiles/again-$Prefix" | Should -BeExactly (Get-Attribute "$HostFiles/back-$Prefix")
        if ($Prefix -ne 'laid') {
            Get-Attribute "$LxcPath/$name/rootfs/root/again" | Should -BeExactly $kept
        }

        $warnings | Should -BeNullOrEmpty
    }

    It 'warns of those that the host''s root alone may give, each with its file, and copies the rest' {
        Copy-LxcItem "$HostFiles/trusted" /root -ToContainer "$Prefix-$Unique" -Recurse -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -HaveCount 1
        $warnings[0].Message | Should -Match "'/root/trusted/file' in container '$Prefix-$Unique': its attribute trusted\.note cannot be kept: .*EPERM"
        Copy-LxcItem /root/trusted/file "$HostFiles/untrusted-$Prefix" -FromContainer "$Prefix-$Unique"
        [IO.File]::ReadAllText("$HostFiles/untrusted-$Prefix") | Should -Be "x`n"
    }
}

Describe 'Copy-LxcItem and the attributes of files' {
    It 'gives a program in a container capabilities there' {
        Invoke-Shell "cp '$LxcPath/$plain/rootfs/bin/busybox' busybox"
        Set-Attribute busybox security.capability $rawSocket
        Copy-LxcItem "$HostFiles/busybox" /tmp -ToContainer $plain
        Invoke-LxcCommand $plain /tmp/busybox -ArgumentList grep, CapEff, /proc/self/status -User 1000 | Should -Match '\s0000000000002000$'
    }

    It 'brings those of root into a privileged container, and no capabilities out of it' {
        Copy-LxcItem "$HostFiles/kept", "$HostFiles/trusted" /root -ToContainer $privileged -Recurse -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        Get-Attribute "$LxcPath/$privileged/rootfs/root/kept" | Should -BeExactly $kept
        Copy-LxcItem /root/kept, /root/trusted (New-Item -ItemType Directory "$HostFiles/back-privileged") -FromContainer $privileged -Recurse -WarningVariable warnings -WarningAction SilentlyContinue
        Get-Attribute "$HostFiles/back-privileged/kept" | Should -BeExactly ($kept -notmatch 'security')
        Get-Attribute "$HostFiles/back-privileged/trusted" | Should -BeExactly './file trusted.note 61'
        $warnings | Should -HaveCount 1
        $warnings[0].Message | Should -BeLike "'$HostFiles/back-privileged/kept/able': its attribute security.capability is left out: *"
    }

    It 'takes what a container knows of its own for what it is there, and warns of who is none of it' {
        $hostRoot = Get-HostRoot $plain
        Invoke-Shell 'mkdir ids; for file in nested other list; do echo $file > ids/$file; done'
        Set-Attribute ids/nested security.capability (Get-RawSocketOf ($hostRoot + 1000))
        Set-Attribute ids/other security.capability (Get-RawSocketOf 3000000000)
        Set-Attribute ids/list system.posix_acl_access (Get-AccessList u77, u3000000000, g3000000001)
        Copy-LxcItem "$HostFiles/ids" /root -ToContainer $plain -Recurse -WarningVariable warnings -WarningAction SilentlyContinue
        Get-Attribute "$LxcPath/$plain/rootfs/root/ids" | Should -BeExactly "./list system.posix_acl_access $(Get-AccessList u77)", "./nested security.capability $(Get-RawSocketOf 1000)", "./other security.capability $rawSocket"
        $warnings | Should -HaveCount 2
        $warnings.Message -like "'$HostFiles/ids/other': its attribute security.capability is for user namespaces of user 3000000000,*" | Should -HaveCount 1
        $warnings.Message -like "'$HostFiles/ids/list': its attribute system.posix_acl_access names users or groups that are none of container '$plain'*" | Should -HaveCount 1
        Copy-LxcItem /root/ids/nested "$HostFiles/nested" -FromContainer $plain
        Set-Attribute nested user.note 61
        Invoke-Shell 'mkdir nest; mv nested nest'
        Get-Attribute "$HostFiles/nest" | Should -BeExactly "./nested security.capability $(Get-RawSocketOf ($hostRoot + 1000))", './nested user.note 61'
    }

    It 'leaves those of overlays out' {
        Invoke-Shell 'mkdir layer; echo x > layer/file'
        Set-Attribute layer/file user.overlay.origin 61
        Set-Attribute layer trusted.overlay.opaque 79
        Copy-LxcItem "$HostFiles/layer" /root -ToContainer $privileged -Recurse -WarningVariable warnings
        Get-Attribute "$LxcPath/$privileged/rootfs/root/layer" | Should -BeNullOrEmpty
        $warnings | Should -BeNullOrEmpty
    }

    It 'names twenty that are lost, and counts the others' {
        Invoke-Shell 'mkdir many; touch many/f{1..25}'
        1..25 | ForEach-Object { Set-Attribute "many/f$_" trusted.note 61 }
        Copy-LxcItem "$HostFiles/many" /root -ToContainer $plain -Recurse -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -HaveCount 21
        $warnings[20].Message | Should -BeLike '5 more extended attributes *'
        Invoke-In $plain 'ls /root/many | wc -l' | Should -Be '25'
    }
}

Describe 'Copy-LxcItem where a file system cannot hold the attributes of files' {
    BeforeAll {
        $mount = (New-Item -ItemType Directory "$HostFiles/mount").FullName
    }

    AfterEach {
        & umount $mount
    }

    It 'warns of each of a file system that has none, and copies the rest' {
        & mount '-t' 'ramfs' 'ramfs' $mount
        Copy-LxcItem "$HostFiles/kept" /root/none -ToContainer $stopped -Recurse
        Copy-LxcItem /root/none $mount -FromContainer $stopped -Recurse -WarningVariable warnings -WarningAction SilentlyContinue
        Get-Attribute $mount | Should -BeNullOrEmpty
        Get-Tree "$mount/none" '%P|%y|%m|%U:%G|%T@' | Should -Be (Get-Tree "$HostFiles/kept" '%P|%y|%m|%U:%G|%T@')
        $warnings.Message -replace '^''|'': its attribute | cannot be kept: .*EOPNOTSUPP\)$', ' ' | Sort-Object | Should -Be (@($kept | ForEach-Object { $path, $attribute, $null = -split $_; " $mount/none$($path.Substring(1)) $attribute " }) | Sort-Object)
    }

    It 'warns of one that is too long for a file there, and copies the rest' {
        # Of a file that a tmpfs, or an overlay over one, can have it: ext4 gives all of a file's one block.
        & mount '-t' 'tmpfs' 'tmpfs' $mount
        Invoke-Shell 'echo x > mount/long'
        Set-Attribute mount/long trusted.long ('61' * 20000)
        Set-Attribute mount/long trusted.short 61
        Copy-LxcItem "$HostFiles/mount/long" /root -ToContainer $privileged -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -HaveCount 1
        $warnings[0].Message | Should -BeLike "'/root/long' in container '$privileged': its attribute trusted.long cannot be kept: *"
        Invoke-In $privileged 'cat /root/long' | Should -Be 'x'
    }

    It 'ends where the disk is full, and leaves nothing half' {
        Invoke-Shell "truncate -s 4M disk; mkfs.ext4 -q -O ^has_journal disk; mount -o loop disk mount; touch brief"
        Set-Attribute brief user.note ('61' * 3000)
        Copy-LxcItem "$HostFiles/brief" /root -ToContainer $stopped
        Invoke-Shell 'cat /dev/zero > mount/fill 2> /dev/null || true; sync; cat /dev/zero > mount/fill2 2> /dev/null || true; rm -f mount/fill2; : > mount/there; cat /dev/zero >> mount/fill 2> /dev/null || true'
        $outcome = Get-Outcome { Copy-LxcItem /root/brief $mount -FromContainer $stopped }
        $outcome.Errors | Should -HaveCount 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeLike 'StorageFull,*'
        $outcome.Errors[0].Exception.Message | Should -Match 'fsetxattr'
        [IO.Directory]::GetFiles($mount) | Sort-Object | Should -Be "$mount/fill", "$mount/there"
    }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/Items.ps1
    $plain = "plain-$Unique"
    $privileged = "privileged-$Unique"
    $stopped = "stopped-$Unique"
    $bare = "bare-$Unique"
    [void] (New-TestContainer $plain, $stopped, "base-$Unique")
    [void] (New-TestContainer $privileged, $bare -Privileged)
    [void] (Copy-LxcContainer "base-$Unique" "laid-$Unique", "laidoff-$Unique" -Snapshot)
    Start-LxcContainer $plain, $privileged, "laid-$Unique"
    Invoke-Shell @'
mkdir -p tree/sub/deep 'tree/a [1] name'
echo hello > tree/file; ln tree/file tree/sub/hard; ln -s ../file tree/sub/link; ln -s /etc/passwd tree/out; chown 1000:1001 tree/file; chmod 6755 tree/file
truncate -s 30M tree/sparse; printf x | dd of=tree/sparse bs=1 seek=20000000 conv=notrunc status=none
head -c 700000 /dev/urandom > tree/sub/deep/big; chmod 000 tree/sub/deep/big; touch tree/sub/deep/$'odd\xff\n\x80name'
touch -d '2001-02-03 04:05:06.123456789' tree/sub/deep; touch -h -d '1960-01-02 03:04:05' tree/sub/link; chmod 1700 tree/sub; echo z > 'tree/a [1] name/x'
'@
}

AfterAll {
    Remove-HostFiles
    Assert-NothingLeft
}

Describe 'Copy-LxcItem and <Title>' -Tag Vm -ForEach @(
    @{ Title = 'a running container'; Prefix = 'plain' }
    @{ Title = 'a running privileged container'; Prefix = 'privileged' }
    @{ Title = 'a stopped container'; Prefix = 'stopped' }
    @{ Title = 'a stopped privileged container'; Prefix = 'bare' }
    @{ Title = 'a running container on an overlay'; Prefix = 'laid' }
    @{ Title = 'a stopped container on an overlay'; Prefix = 'laidoff' }
) {
    BeforeAll {
        $name = "$Prefix-$Unique"
    }

    It 'brings a tree in and out again, with all that its files have' {
        Copy-LxcItem "$HostFiles/tree" /root -ToContainer $name -Recurse | Should -BeNullOrEmpty
        $back = New-Item -ItemType Directory "$HostFiles/back-$Prefix"
        Copy-LxcItem /root/tree $back -FromContainer $name -Recurse
        # What comes out has no set-id bits.
        Get-Tree "$back/tree" | Should -Be ((Get-Tree "$HostFiles/tree") -replace '\|6755\|', '|755|')
        & diff '-r' '--no-dereference' "$HostFiles/tree" "$back/tree" | Should -BeNullOrEmpty
        $blocks = & stat '-c' '%b' "$back/tree/sparse"
        [int] $blocks | Should -BeLessThan 1000
    }

    It 'makes what root owns the root''s of the container, and an id of both the same' {
        if ($name -in $plain, $privileged) {
            Invoke-In $name 'cd /root/tree; stat -c "%u:%g %a %h" file sub sub/hard; readlink sub/link; cat sub/link' | Should -Be '1000:1001 6755 2', '0:0 1700 3', '1000:1001 6755 2', '../file', 'hello'
        }
        else {
            Copy-LxcItem /root/tree/file "$HostFiles/owner-$Prefix" -FromContainer $name
            & stat '-c' '%u:%g %a' "$HostFiles/owner-$Prefix" | Should -Be '1000:1001 755'
        }
    }
}

Describe 'Copy-LxcItem' {
    It 'copies into a directory that is there, and else under the name' {
        Copy-LxcItem "$HostFiles/tree/file" /tmp -ToContainer $plain
        Copy-LxcItem "$HostFiles/tree/file" /tmp/other -ToContainer $plain
        Copy-LxcItem -LiteralPath "$HostFiles/tree/a [1] name" /tmp/folder -ToContainer $plain -Recurse
        Copy-LxcItem -LiteralPath "$HostFiles/tree/a [1] name" tmp/folder -ToContainer $plain -Recurse
        Invoke-In $plain 'cd /tmp; cat file other folder/x "folder/a [1] name/x"; rm -r *' | Should -Be 'hello', 'hello', 'z', 'z'
        Push-Location -LiteralPath $HostFiles
        try {
            Copy-LxcItem /etc/passwd . -FromContainer $plain
            Copy-LxcItem /etc/passwd ./accounts -FromContainer $plain
            [IO.File]::ReadAllText("$HostFiles/accounts") | Should -Be ([IO.File]::ReadAllText("$HostFiles/passwd"))
        }
        finally {
            Pop-Location
        }
    }

    It 'copies a directory without what is in it, as Copy-Item does, unless -Recurse is given' {
        Copy-LxcItem "$HostFiles/tree" /tmp/empty -ToContainer $plain
        Invoke-In $plain 'ls -A /tmp/empty; rmdir /tmp/empty; echo gone' | Should -Be 'gone'
    }

    It 'takes wildcards on both sides' {
        Copy-LxcItem "$HostFiles/tree/f*", "$HostFiles/tree/s[o-q]*", "$HostFiles/none*" /tmp -ToContainer $plain
        Invoke-In $plain 'cd /tmp; ls; touch .hidden "a*b"' | Should -Be 'file', 'sparse'
        $target = New-Item -ItemType Directory "$HostFiles/wild"
        Copy-LxcItem '/t?p/*', '/none/*' $target -FromContainer $plain
        Copy-LxcItem '/tmp/`*', '/tmp/a`*b' $target -FromContainer $plain -ErrorAction SilentlyContinue -ErrorVariable missing
        $missing.TargetObject | Should -Be '/tmp/*'
        [IO.Directory]::GetFiles($target).ForEach{ [IO.Path]::GetFileName($_) } | Sort-Object | Should -Be 'a*b', 'file', 'sparse'
        Copy-LxcItem /tmp/.h*, /tmp/* $target -FromContainer $plain -Force
        (Get-ChildItem $target -Force).Name | Should -Be '.hidden', 'a*b', 'file', 'sparse'
        Copy-LxcItem -LiteralPath '/tmp/a*b' "$HostFiles/literal" -FromContainer $plain
        Test-Path "$HostFiles/literal" | Should -BeTrue
        Invoke-In $plain 'rm -rf /tmp/* /tmp/.hidden'
    }

    It 'replaces a file by a new one, and keeps what it does not know' {
        Invoke-In $plain 'mkdir -p /tmp/tree; echo old > /tmp/tree/file; ln /tmp/tree/file /tmp/link; echo mine > /tmp/tree/mine; chmod 711 /tmp/tree'
        Copy-LxcItem "$HostFiles/tree" /tmp -ToContainer $plain -Recurse
        Invoke-In $plain 'cd /tmp; cat tree/file link tree/mine; stat -c %a tree; rm -r *' | Should -Be 'hello', 'old', 'mine', '711'
    }

    It 'replaces what is read-only with -Force alone' {
        Invoke-In $plain 'echo old > /tmp/file; chmod 444 /tmp/file'
        Assert-ItemError { Copy-LxcItem "$HostFiles/tree/file" /tmp -ToContainer $plain } ItemExists ResourceExists '/tmp/file'
        Copy-LxcItem "$HostFiles/tree/file" /tmp -ToContainer $plain -Force
        Invoke-In $plain 'cat /tmp/file; rm /tmp/file' | Should -Be 'hello'
    }

    It 'takes paths from the pipeline, and containers as names, patterns and objects' {
        Get-Item "$HostFiles/tree/file", "$HostFiles/tree/sparse" | Copy-LxcItem -Destination /tmp -ToContainer "plain-*$Unique", (Get-LxcContainer $stopped)
        "$HostFiles/passwd" | Copy-LxcItem -Destination /tmp/pw -ToContainer $plain
        Invoke-In $plain 'cd /tmp; ls; rm *' | Should -Be 'file', 'pw', 'sparse'
        Copy-LxcItem /tmp/* "$HostFiles/wild" -FromContainer (Get-LxcContainer $stopped) -Force
        $old = Get-LxcContainer $stopped | ConvertTo-Json -Depth 1 -WarningAction Ignore | ConvertFrom-Json
        (Copy-LxcItem "$HostFiles/passwd" /tmp -ToContainer $old -PassThru).Name | Should -Be $stopped
    }

    It 'emits what it has copied with -PassThru, which can be copied back' {
        $item = Copy-LxcItem "$HostFiles/tree" /tmp -ToContainer $plain -Recurse -PassThru
        $item | Should -BeOfType ([LxcPS.LxcItem])
        $item.Name, $item.LxcPath, $item.Path, $item.IsDirectory, $item.Count | Should -Be $plain, $LxcPath, /tmp/tree, $true, 12
        ($item | Format-Table | Out-String) | Should -Match "$plain\s+directory\s.* 12 /tmp/tree"
        $file = $item | Copy-LxcItem -Destination "$HostFiles/passed" -FromContainer $plain -Recurse -PassThru
        $file | Should -BeOfType ([IO.DirectoryInfo])
        $file.FullName | Should -Be "$HostFiles/passed"
        (Copy-LxcItem /tmp/tree/file "$HostFiles/passed2" -FromContainer $plain -PassThru).Length | Should -Be 6
        Invoke-In $plain 'rm -r /tmp/*'
    }

    It 'copies nothing with -WhatIf' {
        Copy-LxcItem "$HostFiles/tree" /tmp/whatif -ToContainer $plain -Recurse -PassThru -WhatIf | Should -BeNullOrEmpty
        Copy-LxcItem /etc "$HostFiles/whatif" -FromContainer $plain -Recurse -WhatIf
        Invoke-In $plain 'ls /tmp' | Should -BeNullOrEmpty
        Test-Path "$HostFiles/whatif" | Should -BeFalse
    }

    It 'warns of an id that the container does not have, once' {
        Invoke-Shell 'mkdir foreign; touch foreign/1 foreign/2; chown 3000000000:3000000001 foreign/*'
        Copy-LxcItem "$HostFiles/foreign" /tmp -ToContainer $plain -Recurse -WarningVariable warnings -WarningAction SilentlyContinue
        @($warnings) -match 'User 3000000000 ' | Should -HaveCount 1
        @($warnings) -match 'Group 3000000001 ' | Should -HaveCount 1
        Invoke-In $plain 'stat -c %u:%g /tmp/foreign/*; rm -r /tmp/foreign' | Should -Be '0:0', '0:0'
    }

    It 'names what it leaves out, and copies the rest' {
        Invoke-Shell 'mkdir special; mkfifo special/fifo; mknod special/device c 240 7; echo rest > special/rest'
        Assert-ItemError { Copy-LxcItem "$HostFiles/special", "$HostFiles/special/fifo" /tmp -ToContainer $plain -Recurse } ItemInvalid InvalidArgument "$HostFiles/special/device", "$HostFiles/special/fifo", "$HostFiles/special/fifo"
        Invoke-In $plain 'ls /tmp/special; rm -r /tmp/special' | Should -Be 'rest'
    }

    It 'copies into a suspended container' {
        Suspend-LxcContainer $plain
        try {
            Copy-LxcItem "$HostFiles/tree/file" /tmp -ToContainer $plain
        }
        finally {
            Resume-LxcContainer $plain
        }

        Invoke-In $plain 'cat /tmp/file; rm /tmp/file' | Should -Be 'hello'
    }

    It 'reads a file of proc, and leaves file systems of the kernel out' {
        Copy-LxcItem /proc/1/status "$HostFiles/status" -FromContainer $plain
        [IO.File]::ReadAllText("$HostFiles/status") | Should -Match '(?m)^Pid:\s+1\s'
        Assert-ItemError { Copy-LxcItem /proc, /sys $HostFiles -FromContainer $plain -Recurse } ItemInvalid InvalidArgument /proc, /sys
    }

    It 'tells how far it is' {
        # Longer than the time between two such lines, by the number of files.
        Invoke-Shell 'mkdir many; cd many; seq 10000 | xargs touch'
        $beside = [powershell]::Create()
        [void] $beside.AddScript("Import-Module '$env:LXCPS_MODULE'; Copy-LxcItem '$HostFiles/many' /tmp -ToContainer $stopped -LxcPath '$LxcPath' -Recurse")
        [void] $beside.Invoke()
        $beside.Streams.Error | Should -BeNullOrEmpty
        $beside.Streams.Progress.Count | Should -BeGreaterThan 1
        $beside.Streams.Progress[0].StatusDescription | Should -Match '^0 B, \d+ names$'
        $beside.Streams.Progress[0].CurrentOperation | Should -Match '/many/\d+$'
        $beside.Streams.Progress[-1].RecordType | Should -Be 'Completed'
        $beside.Dispose()
    }

    It 'leaves nothing half when it is stopped, <Way> the container' -ForEach @{ Way = 'into' }, @{ Way = 'out of' } {
        Invoke-Shell 'head -c 300M /dev/zero > big'
        Copy-LxcItem "$HostFiles/big" /tmp -ToContainer $stopped
        $place, $copy = if ($Way -eq 'into') { "$LxcPath/$stopped/rootfs/tmp", "'$HostFiles/big' /tmp/half -ToContainer" } else { $HostFiles, "/tmp/big '$HostFiles/half' -FromContainer" }
        $beside = Start-Beside "while (`$true) { Copy-LxcItem $copy $stopped }"
        Wait-Until { [IO.Directory]::GetFiles($place, '.lxcps-*').Count -eq 1 } | Should -BeTrue
        [void] (Stop-Beside $beside)
        Wait-Until { [IO.Directory]::GetFiles($place, '.lxcps-*').Count -eq 0 } | Should -BeTrue
        $whole = [IO.FileInfo]::new("$place/half")
        (-not $whole.Exists) -or $whole.Length -eq 300MB | Should -BeTrue
        # Nothing is at work any more, and the container can be started.
        Wait-Until { -not (Get-ProcessTable | Where-Object { $_.CommandLine.Contains("copy --lxcpath $LxcPath") }) } | Should -BeTrue
        Start-LxcContainer $stopped
        Stop-LxcContainer $stopped -Kill
    }

    It 'completes the names of containers' {
        $line = "Copy-LxcItem -LxcPath $LxcPath -ToContainer pl"
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be $plain
        $line = "Copy-LxcItem -LxcPath $LxcPath -FromContainer priv"
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be $privileged
    }
}

Describe 'Copy-LxcItem refuses' {
    It '<Case>' -ForEach @(
        @{ Case = 'a path that is not there'; Path = '/none'; Destination = '/tmp'; Id = 'ItemNotFound'; Category = 'ObjectNotFound'; Target = '/none' }
        @{ Case = 'a destination that is not there'; Path = '/etc/passwd'; Destination = '/none/x'; Id = 'ItemNotFound'; Category = 'ObjectNotFound' }
        @{ Case = 'several files for one name'; Path = '/etc/passwd', '/etc/group'; Destination = '/tmp/one'; Id = 'ItemNotFound'; Category = 'ObjectNotFound' }
        @{ Case = 'the root'; Path = '/'; Destination = '/tmp'; Id = 'ItemInvalid'; Category = 'InvalidArgument'; Target = '/' }
        @{ Case = 'what is no path of the file system'; Path = 'env:PATH'; Destination = '/tmp'; Id = 'StorageFailed'; Category = 'InvalidOperation'; Target = 'env:PATH' }
        @{ Case = 'a file in place of a directory'; Path = '/etc/passwd'; Destination = '/etc/hostname/x'; Id = 'ItemNotFound'; Category = 'ObjectNotFound' }
    ) {
        Assert-ItemError { Copy-LxcItem $Path $Destination -ToContainer $privileged } $Id $Category ($Target ?? $privileged)
    }

    It 'a container that is not there, and goes on with the others' {
        Assert-ItemError { Copy-LxcItem "$HostFiles/passwd" /tmp -ToContainer "none-$Unique", $plain } ContainerNotFound ObjectNotFound "none-$Unique"
        Invoke-In $plain 'rm /tmp/passwd; echo there' | Should -Be 'there'
        Copy-LxcItem "$HostFiles/passwd" /tmp -ToContainer "none-*" | Should -BeNullOrEmpty
    }

    It 'several files for one name on the host, and writes none of them' {
        Assert-ItemError { Copy-LxcItem /etc/pass*, /etc/group "$HostFiles/several" -FromContainer $plain } ItemNotFound ObjectNotFound $plain
        Test-Path "$HostFiles/several" | Should -BeFalse
    }

    It 'several containers to copy out of, and a copy without a direction' {
        Assert-ItemError { Copy-LxcItem /etc/passwd $HostFiles -FromContainer "*-$Unique" } ItemInvalid InvalidArgument "*-$Unique"
        { Copy-LxcItem a b } | Should -Throw -ErrorId 'ItemInvalid,*'
        { Copy-LxcItem a b -ToContainer x -FromContainer y } | Should -Throw -ErrorId 'ItemInvalid,*'
    }

    It 'a disk that is full, and leaves nothing half' {
        Copy-LxcItem "$HostFiles/big" /tmp -ToContainer $stopped
        $mount = New-Item -ItemType Directory "$HostFiles/small"
        & mount '-t' 'tmpfs' '-o' 'size=1m' 'tmpfs' $mount
        try {
            Assert-ItemError { Copy-LxcItem /tmp/big $mount -FromContainer $stopped } StorageFull LimitsExceeded $stopped
            [IO.Directory]::GetFileSystemEntries($mount) | Should -BeNullOrEmpty
        }
        finally {
            & umount $mount
        }
    }
}

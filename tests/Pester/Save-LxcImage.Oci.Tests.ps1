# Images of OCI's and docker's kind: layers over each other, what they must not do, what their configuration becomes, and the forms that they come in.
BeforeDiscovery {
    $noSkopeo = -not (Get-Command skopeo -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/ImageServer.ps1
    . $PSScriptRoot/Oci.ps1
    $images = "$LxcPath/.images"
    $busybox = (Get-Command busybox -CommandType Application -TotalCount 1).Source

    # What every image here begins with: a shell, and someone to run as.
    $base = New-Layer {
        [void] (New-Item -ItemType Directory bin, etc, usr/lib, dev)
        [IO.File]::Copy($busybox, "$PWD/bin/busybox")
        foreach ($name in 'sh', 'sleep', 'id', 'env', 'pwd', 'echo') {
            ln -s busybox "bin/$name"
        }

        [IO.File]::WriteAllText("$PWD/etc/passwd", "root:x:0:0::/:/bin/sh`nweb:x:33:34::/:/bin/sh`n")
        [IO.File]::WriteAllText("$PWD/etc/group", "root:x:0:`nwww:x:34:`nmore:x:77:web`n")
        ln -s usr/lib lib
    }

    function Save-Layers {
        # The image of layers over the usual one.
        param([string[]] $Layer, [hashtable] $Config = @{}, [string[]] $Compressor = 'gzip')
        $layout = New-Layout (Join-Path $TestDrive "layout-$([guid]::NewGuid().ToString('n'))") (@($base) + $Layer) $Config -Compressor $Compressor
        Save-LxcImage Oci $layout
    }

    function Assert-Nothing {
        # No half image, and nothing of the host's.
        [IO.Directory]::GetFileSystemEntries($images, '.*') | Where-Object { $_ -notlike '*/.downloads' } | Should -BeNullOrEmpty
        Test-Path /tmp/lxcps-escaped | Should -BeFalse
    }
}

AfterAll {
    Remove-TestContainers
}

Describe 'Layers of an image' {
    It 'lie over each other, whatever they are compressed with' {
        $first = New-Layer {
            [void] (New-Item -ItemType Directory a/b, opaque/below, plain, gone)
            'lower' > a/kept; 'lower' > a/removed; 'lower' > a/b/file; 'lower' > opaque/below/file; 'lower' > opaque/file; 'lower' > plain/x; 'lower' > becomes-directory; 'lower' > linked; 'lower' > gone/x
            chmod 750 a
            # setxattr(2) and getxattr(2).
            perl -e 'my ($f, $n, $v) = @ARGV; syscall(188, $f, $n, $v, 3, 0) == 0 or die $!' a/kept user.mark yes
        } -Option '--owner=1000', '--group=1000'
        $second = New-Layer {
            [void] (New-Item -ItemType Directory a, opaque, becomes-directory)
            '' > a/.wh.removed; '' > opaque/.wh..wh..opq; 'upper' > opaque/new; 'upper' > becomes-directory/x; '' > .wh.gone; '' > .wh.missing
            chmod 711 a
        } -Member './a', './opaque', './becomes-directory', './.wh.gone', './.wh.missing'
        $third = New-Layer {
            [void] (New-Item -ItemType Directory lib, a/b)
            'upper' > plain; 'upper' > lib/through; 'upper' > a/b/other
        } -Member './plain', './lib/through', './a/b/other'
        $fourth = New-Layer { }
        $path = (Save-Layers $first, $second, $third, $fourth -Compressor 'gzip', 'zstd', '', 'xz').Path
        [IO.File]::ReadAllText("$path/a/kept").Trim() | Should -Be 'lower'
        (perl -e 'my ($f, $n, $v) = (@ARGV, "..."); syscall(191, $f, $n, $v, 3) == 3 or die $!; print $v' "$path/a/kept" user.mark) | Should -Be 'yes'
        (stat -c '%u:%g' "$path/a/kept") | Should -Be '1000:1000'
        (stat -c '%a' "$path/a") | Should -Be '711' -Because 'the second layer has an entry of it, and the third has none'
        [IO.File]::Exists("$path/a/removed") | Should -BeFalse
        (ls -A "$path/opaque") | Should -Be 'new'
        (ls -A "$path/a") | Should -Be 'b', 'kept'
        (ls -A "$path/a/b") | Should -Be 'file', 'other'
        [IO.File]::ReadAllText("$path/becomes-directory/x").Trim() | Should -Be 'upper'
        [IO.File]::ReadAllText("$path/plain").Trim() | Should -Be 'upper' -Because 'a file takes the place of a directory'
        [IO.Directory]::Exists("$path/gone") | Should -BeFalse
        [IO.File]::ReadAllText("$path/usr/lib/through").Trim() | Should -Be 'upper' -Because 'a directory that the layer has no entry of stays the link that it is'
        [IO.FileInfo]::new("$path/lib").LinkTarget | Should -Be 'usr/lib'
        (find $path -name '.wh.*') | Should -BeNullOrEmpty
        (ls -A (Split-Path $path)) | Should -Be 'image.json', 'rootfs'
    }

    It 'keep names of one file together, also of one below' {
        $first = New-Layer { [void] (New-Item -ItemType Directory d); 'one' > d/first; ln d/first d/second }
        $second = New-Layer { [void] (New-Item -ItemType Directory d); 'x' > d/first; ln d/first d/third } -Member './d/first', './d/third'
        # The entry that the link leads to is taken out: it is the one of the layer below.
        tar --delete -f $second ./d/first
        $path = (Save-Layers $first, $second).Path
        (stat -c '%h' "$path/d/third") | Should -Be '3'
        (stat -c '%i' "$path/d/third") | Should -Be (stat -c '%i' "$path/d/second")
        [IO.File]::ReadAllText("$path/d/third").Trim() | Should -Be 'one'
    }

    It 'do not lead out: <Case>' -ForEach @(
        @{ Case = 'a name that goes up'; Make = { 'x' > inner }; Option = '-P', '--transform=flags=r;s,^\./inner$,../../../../../../tmp/lxcps-escaped,'; Say = 'lxcps-escaped' }
        @{ Case = 'a file through a link of the same layer'; Make = { ln -s /tmp door; [void] (New-Item -ItemType Directory zdoor); 'x' > zdoor/lxcps-escaped }; Member = './door', './zdoor/lxcps-escaped'; Option = '-P', '--transform=flags=r;s,^\./zdoor/,./door/,'; Say = 'door' }
        @{ Case = 'a hard link to a file of the host'; Make = { 'x' > one; ln one two }; Member = './one', './two'; Option = '-P', '--transform=flags=h;s,^\./one$,../../../../../../etc/hostname,', '--transform=flags=r;s,^\./one$,./three,'; Say = 'hostname' }
        @{ Case = 'a device'; Make = { mknod disk b 8 0 }; Say = 'disk' }
        @{ Case = 'a mark that removes what is above'; Make = { '' > .wh... }; Say = '\.wh\.\.\.' }
        @{ Case = 'a mark that removes its directory'; Make = { [void] (New-Item -ItemType Directory d); '' > d/.wh.. }; Say = 'd/\.wh\.\.' }
        @{ Case = 'a mark without a name'; Make = { '' > .wh. }; Say = '\.wh\.' }
    ) {
        $layer = New-Layer $Make -Option ($Option ?? @()) -Member ($Member ?? '.')
        $outcome = Get-Outcome { Save-Layers $layer }
        $outcome.Output | Should -BeNullOrEmpty
        $outcome.Errors.Count | Should -Be 1
        $outcome.Errors[0].Exception.ErrorId | Should -BeIn 'TemplateFailed', 'ImageInvalid'
        $outcome.Errors[0].Exception.Message | Should -Match $Say
        Assert-Nothing
    }

    It 'lead nowhere by links of the layers below' {
        $directory = Join-Path $TestDrive 'victim'
        [void] [IO.Directory]::CreateDirectory($directory)
        [IO.File]::WriteAllText("$directory/file", 'mine')
        $first = New-Layer { ln -s $directory door; ln -s $directory other; ln -s / top }
        $second = New-Layer { [void] (New-Item -ItemType Directory door, other, top/tmp); '' > door/.wh.file; '' > other/.wh..wh..opq; 'x' > top/tmp/lxcps-escaped; 'x' > door/new } -Member './door/.wh.file', './door/new', './other', './top/tmp/lxcps-escaped'
        $path = (Save-Layers $first, $second).Path
        [IO.File]::ReadAllText("$directory/file") | Should -Be 'mine'
        (ls -A $directory) | Should -Be 'file'
        [IO.File]::Exists("$path/tmp/lxcps-escaped") | Should -BeTrue -Because 'the root that the link leads to is the image''s'
        Assert-Nothing
    }

    It 'are refused where a file is not what its digest says: <_>' -ForEach 'layer', 'config', 'manifest' {
        $layout = New-Layout (Join-Path $TestDrive "bad-$_") $base
        $manifest = (Get-Content "$layout/index.json" -Raw | ConvertFrom-Json).manifests[0].digest -replace 'sha256:'
        $parts = Get-Content "$layout/blobs/sha256/$manifest" -Raw | ConvertFrom-Json
        $file = switch ($_) { 'layer' { $parts.layers[0].digest -replace 'sha256:' } 'config' { $parts.config.digest -replace 'sha256:' } 'manifest' { $manifest } }
        [IO.File]::AppendAllText("$layout/blobs/sha256/$file", ' ')
        $outcome = Get-Outcome { Save-LxcImage Oci $layout }
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'ImageInvalid,LxcPS.Commands.SaveLxcImageCommand'
        $outcome.Errors[0].Exception.Message | Should -Match $file
        Assert-Nothing
    }
}

Describe 'Containers of an application''s image' {
    # keys: lxcps.init.minimal
    It 'run its program as it says, and stop by its signal' {
        $image = Save-Layers @() -Config @{
            Entrypoint = 'sh', '-c'
            Cmd = @('trap "echo told > /srv/app/told; exit" USR1; (echo "$0"; pwd; id -u; id -g; id -G; env) > /srv/app/said; while :; do sleep 0.1; done', 'it''s "quoted"')
            Env = 'GREETING=good day', 'PATH=/bin'
            WorkingDir = '/srv/app'
            User = 'web'
            StopSignal = 'SIGUSR1'
            Volumes = @{ '/data' = @{} }
            ExposedPorts = @{ '80/tcp' = @{} }
        }
        $name = "app-$Unique"
        $container = New-LxcContainer $name -Image $image
        $config = [IO.File]::ReadAllText($container.ConfigPath)
        $config | Should -Match '(?m)^lxc\.init\.uid = 33$'
        $config | Should -Match '(?m)^lxc\.init\.gid = 34$'
        $config | Should -Match '(?m)^lxc\.init\.groups = 77$'
        $config | Should -Match '(?m)^lxc\.signal\.halt = SIGUSR1$'
        $config | Should -Match '(?m)^# The image keeps data in /data'
        $config | Should -Match '(?m)^# The image serves port 80/tcp$'
        [void] [IO.Directory]::CreateDirectory("$LxcPath/$name/overlay/delta/srv/app")
        chown -R 33:34 "$LxcPath/$name/overlay/delta/srv"
        Start-LxcContainer $name
        $said = "$LxcPath/$name/overlay/delta/srv/app/said"
        Wait-Until { [IO.File]::Exists($said) -and [IO.File]::ReadAllText($said) -match 'GREETING' } | Should -BeTrue
        $lines = [IO.File]::ReadAllLines($said)
        $lines[0..4] | Should -Be 'it''s "quoted"', '/srv/app', '33', '34', '34 77'
        $lines | Should -Contain 'GREETING=good day'
        Stop-LxcContainer $name -Timeout 20
        [IO.File]::Exists("$LxcPath/$name/overlay/delta/srv/app/told") | Should -BeTrue
        (Get-LxcContainer $name).State | Should -Be ([LxcPS.Engine.ContainerState]::Stopped)
    }

    It 'stop though their program is no init' {
        $layout = New-Layout (Join-Path $TestDrive 'sleeper') $base @{ Cmd = 'sleep', '1000' }
        $name = "sleeper-$Unique"
        [void] (New-LxcContainer $name -Template Oci -Image $layout)
        Start-LxcContainer $name
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Stop-LxcContainer $name -Timeout 20
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
        Start-LxcContainer $name -Command id -ArgumentList '-u' | Should -Be '0' -Because 'a program of the call''s own comes first'
    }

    It 'are of an image that has no more than a program' {
        $only = New-Layer { [IO.File]::Copy($busybox, "$PWD/busybox") }
        $name = "only-$Unique"
        [void] (New-LxcContainer $name -Template Oci -Image (New-Layout (Join-Path $TestDrive 'only') $only @{ Cmd = '/busybox', 'sleep', '1000' }))
        Start-LxcContainer $name
        Stop-LxcContainer $name -Timeout 20
    }

    It 'are refused a user whom the image does not have' {
        $outcome = Get-Outcome { Save-Layers @() -Config @{ User = 'nobody-here' } }
        $outcome.Errors[0].Exception.ErrorId | Should -Be 'ImageInvalid'
        $outcome.Errors[0].Exception.Message | Should -Match "'nobody-here', who is not in its /etc/passwd"
        Assert-Nothing
    }
}

Describe 'Save-LxcImage Oci' {
    BeforeAll {
        $layout = New-Layout (Join-Path $TestDrive 'forms') $base @{ Cmd = 'sleep', '9' } -Tag 'one'
    }

    It 'takes a layout: <_>' -ForEach 'PATH', 'PATH:one', 'oci:PATH', 'oci:PATH:one' {
        $image = Save-LxcImage Oci ($_ -replace 'PATH', $layout)
        $image.Distribution | Should -Be 'forms'
        $image.Variant | Should -Be 'oci'
        $image.Created.Year | Should -Be 2026
        $image.Fingerprint | Should -Be ((Get-Content "$layout/index.json" -Raw | ConvertFrom-Json).manifests[0].digest -replace 'sha256:')
    }

    It 'takes an archive of one, as Import-LxcImage does' {
        tar -cf "$TestDrive/forms-1.tar" -C $layout .
        tar -czf "$TestDrive/forms-2.tar.gz" -C $layout index.json oci-layout blobs
        (Save-LxcImage Oci "oci-archive:$TestDrive/forms-1.tar:one").Distribution | Should -Be 'forms-1'
        (Get-Item "$TestDrive/forms-2.tar.gz" | Import-LxcImage -Name named/7).Name | Should -BeLike 'named/7/*'
        (ls -A "$images" | Where-Object { $_ -like '.*' }) | Should -BeNullOrEmpty
    }

    It 'takes what docker save writes' {
        $directory = Join-Path $TestDrive 'saved'
        [void] [IO.Directory]::CreateDirectory("$directory/one")
        [void] [IO.Directory]::CreateDirectory("$directory/two")
        $empty = New-Layer { 'x' > extra }
        [IO.File]::Copy($base, "$directory/one/layer.tar")
        [IO.File]::Copy($empty, "$directory/real.tar")
        ln -s ../real.tar "$directory/two/layer.tar"
        $machine = [LxcPS.Engine.Images.ImageArchitecture]::OfHost
        $json = @{ architecture = $machine; os = 'linux'; rootfs = @{ diff_ids = "sha256:$(Get-Sha256 $base)", "sha256:$(Get-Sha256 $empty)" } } | ConvertTo-Json -Depth 5
        [IO.File]::WriteAllText("$directory/config.json", $json)
        [IO.File]::WriteAllText("$directory/manifest.json", (ConvertTo-Json -Depth 5 -InputObject @(@{ Config = 'config.json'; RepoTags = @('name:tag'); Layers = 'one/layer.tar', 'two/layer.tar' })))
        tar -cf "$directory.tar" -C $directory manifest.json config.json real.tar one two
        $image = Import-LxcImage "$directory.tar"
        $image.Fingerprint | Should -Be (Get-Sha256 "$directory/config.json")
        [IO.File]::Exists("$($image.Path)/extra") | Should -BeTrue
        (Save-LxcImage Oci "docker-archive:$directory.tar:name:tag").Fingerprint | Should -Be $image.Fingerprint

        # A layer that is another than the configuration says, and links that lead in a circle.
        [IO.File]::WriteAllText("$directory/real.tar", 'x')
        tar -cf "$directory-bad.tar" -C $directory manifest.json config.json real.tar one two
        (Get-Outcome { Import-LxcImage "$directory-bad.tar" }).Errors[0].Exception.Message | Should -Match 'not what its digest says'
        [IO.File]::Delete("$directory/real.tar")
        ln -s two/layer.tar "$directory/real.tar"
        tar -cf "$directory-circle.tar" -C $directory manifest.json config.json real.tar one two
        (Get-Outcome { Import-LxcImage "$directory-circle.tar" }).Errors[0].Exception.Message | Should -Match 'circle'
        Assert-Nothing
    }

    It 'takes what skopeo fetches' -Skip:$noSkopeo {
        # Skipped where skopeo is not installed.
        skopeo copy --quiet --insecure-policy "oci:${layout}:one" "dir:$TestDrive/of-skopeo"
        $LASTEXITCODE | Should -Be 0
        $image = Save-LxcImage Oci "dir:$TestDrive/of-skopeo"
        [IO.File]::Exists("$($image.Path)/bin/busybox") | Should -BeTrue
        $outcome = Get-Outcome { Save-LxcImage Oci docker://127.0.0.1:1/none:1 }
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'DownloadFailed,LxcPS.Commands.SaveLxcImageCommand'
        $outcome.Errors[0].Exception.Message | Should -Match 'refused'
    }

    It 'refuses <Case>' -ForEach @(
        @{ Case = 'a path that is not there'; Image = '/nowhere/at/all'; Id = 'ImageNotFound' }
        @{ Case = 'a tag that is not there'; Image = 'LAYOUT:two'; Id = 'ImageNotFound' }
        @{ Case = 'another machine'; Image = 'LAYOUT'; More = @{ Architecture = 'riscv64' }; Id = 'ImageNotFound' }
        @{ Case = 'a directory that is no layout'; Image = '/usr'; Id = 'TemplateFailed' }
        @{ Case = 'what it has no use for'; Image = 'LAYOUT'; More = @{ Release = 'x' }; Id = 'ConfigInvalidValue' }
    ) {
        $arguments = $More ?? @{}
        $outcome = Get-Outcome { Save-LxcImage Oci ($Image -replace 'LAYOUT', $layout) @arguments }
        $outcome.Errors.Count | Should -Be 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly "$Id,LxcPS.Commands.SaveLxcImageCommand"
        $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'makes nothing with -WhatIf' {
        $before = @(Get-LxcImage).Count
        Save-LxcImage Oci $layout -WhatIf | Should -BeNullOrEmpty
        @(Get-LxcImage).Count | Should -Be $before
    }
}

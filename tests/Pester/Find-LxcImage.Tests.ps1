# Image servers: a server of this file's own has an index and images, and in turn breaks off, lies, is silent, or never ends.
BeforeDiscovery {
    $noSquashfs = -not ((Get-Command mksquashfs -ErrorAction Ignore) -and (Get-Command unsquashfs -ErrorAction Ignore))
    $noGpg = -not ((Get-Command gpg -ErrorAction Ignore) -and (Get-Command gpgv -ErrorAction Ignore))
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/ImageServer.ps1
    $images = "$LxcPath/.images"
    $architecture = [LxcPS.Engine.Images.ImageArchitecture]::OfHost
    $other = $architecture -eq 'amd64' ? 'arm64' : 'amd64'
    $root = Join-Path $TestDrive 'served'
    $tree = (New-LxcContainer "tree-$Unique" -Template Busybox).Rootfs -replace '^dir:'
    $new = New-ServedImage $root $tree 'one' '20260102_03:04'
    $old = New-ServedImage $root $tree 'one' '20250101_00:00'
    $product = @{ os = 'Testix'; release = '1'; release_title = 'One'; arch = $architecture; variant = 'default'; aliases = 'testix/1/default,testix/1,testix/first'; versions = $old + $new }
    $products = @{
        "testix:1:${architecture}:default"  = $product
        "testix:1:${other}:default"         = @{ os = 'Testix'; release = '1'; arch = $other; versions = $old }
        "testix:vm:${architecture}:default" = @{ os = 'Testix'; release = 'vm'; arch = $architecture; variant = 'default'; versions = @{ '20260101_00:00' = @{ items = @{ disk = @{ ftype = 'disk-kvm.img'; path = 'x'; sha256 = '0' * 64; size = 1 } } } } }
    }
    Write-StreamsIndex $root $products
    $server = Start-ImageServer $root
    $file = 'images/one/20260102_03:04/rootfs.tar.xz'
    $hash = Get-Sha256 "$root/$file"
    $size = (Get-Item "$root/$file").Length
    $part = "$images/.downloads/$hash.part"
    $asked = @{ Template = 'Image'; Image = 'testix/1'; Server = $server.Address }

    function Reset-Store {
        # Nothing fetched, nothing asked, no faults.
        $server.Log.Clear()
        $server.Faults.Clear()
        Get-LxcImage | Remove-LxcImage -Confirm:$false
        if ([IO.File]::Exists($part)) {
            [IO.File]::Delete($part)
        }
    }

    function Get-Asked {
        # From which bytes on the root file system was asked for.
        $server.Log.ToArray() | Where-Object { $_ -like "$file *" } | ForEach-Object { [int] ($_ -split ' ')[-1] }
    }

    function Assert-Nothing {
        Get-LxcImage | Should -BeNullOrEmpty
        [IO.Directory]::GetFileSystemEntries($images) | Where-Object { $_ -notlike '*/.downloads' } | Should -BeNullOrEmpty
    }
}

AfterAll {
    if ($server) {
        Stop-ImageServer $server
    }

    Remove-TestContainers
}

Describe 'Find-LxcImage' {
    It 'lists what a container of this machine can be made of, the newest version of each' {
        $found = @(Find-LxcImage -Server $server.Address)
        $found.Count | Should -Be 1
        $found[0] | Should -BeOfType ([LxcPS.LxcRemoteImage])
        $found[0].Image | Should -BeExactly "testix/1/$architecture/default"
        $found[0].Version | Should -BeExactly '20260102_03:04'
        $found[0].Created | Should -Be ([DateTimeOffset]::new(2026, 1, 2, 3, 4, 0, [TimeSpan]::Zero))
        $found[0].Size | Should -BeGreaterThan $size
        $found[0].Server | Should -BeExactly $server.Address
        ($found | Out-String) | Should -Match "Image +Version +Size +Server\s+-+.*\s+testix/1/$architecture/default +20260102_03:04 +\d"
    }

    It 'finds by <Name>' -ForEach @(
        @{ Name = 'testix' }, @{ Name = 'testix/1' }, @{ Name = 'TESTIX/1' }, @{ Name = 'testix/first' }, @{ Name = 'test*' }, @{ Name = '*/default' }
    ) {
        @(Find-LxcImage $Name -Server $server.Address).Count | Should -Be 1
    }

    It 'lists those for other machines when asked' {
        (Find-LxcImage -Server "$($server.Address)/" -Architecture * | Sort-Object Architecture).Architecture | Should -Be 'amd64', 'arm64'
        (Find-LxcImage -Server $server.Address -Architecture $other).Architecture | Should -Be $other
    }

    It 'goes on after a name that is not there, and takes names from the pipeline' {
        $outcome = Get-Outcome { 'nothing', 'testix', 'none*' | Find-LxcImage -Server $server.Address }
        $outcome.Output.Count | Should -Be 1
        $outcome.Errors.Count | Should -Be 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'ImageNotFound,LxcPS.Commands.FindLxcImageCommand'
        $outcome.Errors[0].TargetObject | Should -Be 'nothing'
    }

    It 'says what is wrong with a server: <Case>' -ForEach @(
        @{ Case = 'no address'; Address = { 'ftp://x' }; Id = 'ConfigInvalidValue'; Say = 'no address' }
        @{ Case = 'nothing there'; Address = { "$($server.Address)/nowhere" }; Id = 'DownloadFailed'; Say = 'neither streams' }
        @{ Case = 'nobody answers'; Address = { 'http://127.0.0.1:1' }; Id = 'DownloadFailed'; Say = 'refused' }
        @{ Case = 'no TLS'; Address = { $server.Address -replace '^http', 'https' }; Id = 'DownloadFailed'; Say = 'TLS' }
        @{ Case = 'no index'; Address = { $server.Address }; Text = 'no JSON'; Id = 'ImageInvalid'; Say = 'no index of images' }
        @{ Case = 'another JSON'; Address = { $server.Address }; Text = '[1]'; Id = 'ImageInvalid'; Say = 'no index of images' }
        @{ Case = 'paths that lead out'; Address = { $server.Address }; Text = '{"index":{"x":{"path":"http://elsewhere/x"}}}'; Id = 'ImageInvalid'; Say = 'not below it' }
        @{ Case = 'a refusal'; Address = { $server.Address }; Fault = @{ Status = 403 }; Id = 'DownloadFailed'; Say = '403' }
    ) {
        Reset-Store
        $index = [IO.File]::ReadAllText("$root/streams/v1/index.json")
        try {
            if ($Text) {
                [IO.File]::WriteAllText("$root/streams/v1/index.json", $Text)
            }

            if ($Fault) {
                $server.Faults['streams/v1/index.json'] = $Fault
            }

            $outcome = Get-Outcome { Find-LxcImage -Server (& $Address) }
            $outcome.Errors.Count | Should -Be 1
            $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly "$Id,LxcPS.Commands.FindLxcImageCommand"
            $outcome.Errors[0].Exception.Message | Should -Match $Say
            $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        }
        finally {
            [IO.File]::WriteAllText("$root/streams/v1/index.json", $index)
        }
    }
}

Describe 'Images of a server' {
    BeforeEach {
        Reset-Store
    }

    It 'are fetched once, checked and unpacked' {
        $image = Save-LxcImage @asked
        $image.Name | Should -BeExactly "testix/1/$architecture/default"
        $image.Fingerprint | Should -BeExactly $new['20260102_03:04'].items['incus.tar.xz'].combined_rootxz_sha256
        $image.Source | Should -BeExactly $server.Address
        $image.Created.Year | Should -Be 2026
        [IO.File]::ReadAllText("$($image.Path)/etc/served") | Should -BeExactly "by default`n" -Because 'the description, an archive of its own, has a template of it'
        (Get-Item "$($image.Path)/bin/busybox").Length | Should -BeGreaterThan 0
        (stat -c '%u:%g' "$($image.Path)/bin/busybox") | Should -Be '0:0'
        [IO.Directory]::GetFiles("$images/.downloads") | Should -BeNullOrEmpty -Because 'what was used is not kept'
        $before = $server.Log.Count
        (Save-LxcImage @asked).Fingerprint | Should -Be $image.Fingerprint
        $server.Log.Count | Should -Be $before -Because 'what is there is not asked for again'
    }

    It 'come by the pipeline of Find-LxcImage' {
        (Find-LxcImage testix -Server $server.Address | Save-LxcImage).Release | Should -Be '1'
        $container = Find-LxcImage testix -Server $server.Address | New-LxcContainer "piped-$Unique"
        Start-LxcContainer $container.Name
        Invoke-LxcCommand $container.Name echo runs | Should -Be 'runs'
        Remove-LxcContainer $container.Name -Force
    }

    It 'are not fetched with -WhatIf' {
        Save-LxcImage @asked -WhatIf | Should -BeNullOrEmpty
        $server.Log.Count | Should -Be 0
    }

    It 'are taken up where a connection broke' {
        $server.Faults[$file] = @{ Break = 40000; Times = 2 }
        (Save-LxcImage @asked).Release | Should -Be '1'
        Get-Asked | Should -Be 0, 40000, 80000
    }

    It 'are taken up where another session left them' {
        [void] [IO.Directory]::CreateDirectory("$images/.downloads")
        [IO.File]::WriteAllBytes($part, [IO.File]::ReadAllBytes("$root/$file")[0..999])
        (Save-LxcImage @asked).Release | Should -Be '1'
        Get-Asked | Should -Be 1000
    }

    It 'begin anew where what was left is no part of them' {
        [void] [IO.Directory]::CreateDirectory("$images/.downloads")
        [IO.File]::WriteAllBytes($part, [byte[]]::new(1000))
        (Save-LxcImage @asked).Release | Should -Be '1'
        Get-Asked | Should -Be 1000, 0
    }

    It 'begin anew where a server knows no ranges' {
        $server.Faults[$file] = @{ Break = 40000; NoRange = $true; Times = 1 }
        [void] [IO.Directory]::CreateDirectory("$images/.downloads")
        [IO.File]::WriteAllBytes($part, [IO.File]::ReadAllBytes("$root/$file")[0..999])
        (Save-LxcImage @asked).Release | Should -Be '1'
        Get-Asked | Should -Be 1000, 40000
    }

    It 'leave what came where a server fails for good' {
        [void] [IO.Directory]::CreateDirectory("$images/.downloads")
        [IO.File]::WriteAllBytes($part, [IO.File]::ReadAllBytes("$root/$file")[0..999])
        $server.Faults[$file] = @{ Status = 500 }
        $outcome = Get-Outcome { Save-LxcImage @asked }
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'DownloadFailed,LxcPS.Commands.SaveLxcImageCommand'
        $outcome.Errors[0].Exception.Message | Should -Match '500'
        Assert-Nothing
        (Get-Item $part).Length | Should -Be 1000
    }

    It 'leave what came where the disk is full, and go on with it' {
        $small = (New-Item -ItemType Directory "$TestDrive/small").FullName
        mount -t tmpfs -o size=200k tmpfs $small
        try {
            $outcome = Get-Outcome { Save-LxcImage @asked -ImagePath $small }
            $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'StorageFull,LxcPS.Commands.SaveLxcImageCommand'
            $came = (Get-Item "$small/.downloads/$hash.part").Length
            $came | Should -BeGreaterThan 0
            $came | Should -BeLessThan $size
            Get-LxcImage -ImagePath $small | Should -BeNullOrEmpty
            mount -o remount,size=50m $small
            (Save-LxcImage @asked -ImagePath $small).Release | Should -Be '1'
            Get-Asked | Should -Be 0, $came
        }
        finally {
            umount $small
        }
    }

    It 'are fetched once by two sessions at one time' {
        $sessions = 1..2 | ForEach-Object { Start-Session "'ready'; [void] [Console]::In.ReadLine(); (Save-LxcImage -Template Image -Image testix/1 -Server $($server.Address) -ImagePath '$images').Fingerprint" }
        try {
            $sessions.ForEach({ $_.StandardOutput.ReadLine() }) | Should -Be 'ready', 'ready'
            $sessions.ForEach({ $_.StandardInput.WriteLine('go') })
            $told = $sessions.ForEach({ $_.StandardOutput.ReadToEnd().Trim() })
            $sessions.ForEach({ $_.StandardError.ReadToEnd().Trim() }) | Should -Be '', ''
        }
        finally {
            $sessions.ForEach({ $_.WaitForExit() })
        }

        $told | Should -Be @((Get-LxcImage).Fingerprint, (Get-LxcImage).Fingerprint)
        Get-Asked | Should -Be 0
        [IO.File]::Exists($part) | Should -BeFalse
    }

    It 'are whole or not there when the session is killed at any moment' {
        $rounds = $env:LXCPS_LONG ? 50 : 4
        $random = [Random]::new(4711)
        $store = "$TestDrive/killed"
        $script = "'ready'; [void] [Console]::In.ReadLine(); [void] (Save-LxcImage -Template Image -Image testix/1 -Server $($server.Address) -ImagePath '$store'); 'done'"
        $killed = 0
        $whole = 0
        foreach ($round in 0..$rounds) {
            # The first is not killed: it tells how long the others may take.
            $session = Start-Session $script
            $session.StandardOutput.ReadLine() | Should -Be 'ready'
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $session.StandardInput.WriteLine('go')
            if ($round -eq 0) {
                $session.StandardOutput.ReadLine() | Should -Be 'done'
                $whole = $watch.Elapsed.TotalMilliseconds
            }
            else {
                Start-Sleep -Milliseconds ($random.NextDouble() * $whole)
                $killed += [int] -not $session.HasExited
                $session.Kill()
            }

            $session.WaitForExit()
            foreach ($image in Get-LxcImage -ImagePath $store) {
                (Get-Item "$($image.Path)/bin/busybox").Length | Should -Be (Get-Item "$tree/bin/busybox").Length
            }

            # What was being unpacked is taken away, what was being fetched is gone on with.
            $image = Save-LxcImage @asked -ImagePath $store
            [IO.Directory]::GetFileSystemEntries($store) | Where-Object { $_ -notlike '*/.downloads' } | Should -Be "$store/$($image.Fingerprint)"
            (& diff -r --no-dereference --exclude=served $image.Path $tree) | Should -BeNullOrEmpty
            [IO.File]::Exists("$store/.downloads/$hash.part") | Should -BeFalse
            Remove-LxcImage $image.Fingerprint -ImagePath $store -Confirm:$false
        }

        $killed | Should -BeGreaterThan 0
    }

    It 'are refused: <Case>' -ForEach @(
        @{ Case = 'another content'; Change = { param($item) $item.sha256 = '0' * 63 + '1' }; Id = 'ImageInvalid'; Say = 'its SHA-256 is' }
        @{ Case = 'no hash'; Change = { param($item) $item.Remove('sha256') }; Id = 'ImageInvalid'; Say = 'no SHA-256' }
        @{ Case = 'a path that leads out'; Change = { param($item) $item.path = 'http://elsewhere/x' }; Id = 'ImageInvalid'; Say = 'not below it' }
        @{ Case = 'longer than it says'; Change = { param($item) $item.size = 1000 }; Id = 'ImageInvalid'; Say = 'longer than the 1000 bytes' }
        @{ Case = 'without end'; Fault = @{ Endless = $true }; Id = 'ImageInvalid'; Say = 'longer than' }
        @{ Case = 'gone'; Fault = @{ Status = 404 }; Id = 'DownloadFailed'; Say = 'does not have it' }
    ) {
        $index = [IO.File]::ReadAllText("$root/streams/v1/images.json")
        try {
            if ($Change) {
                $json = $index | ConvertFrom-Json -AsHashtable
                & $Change $json.products["testix:1:${architecture}:default"].versions['20260102_03:04'].items.root
                [IO.File]::WriteAllText("$root/streams/v1/images.json", ($json | ConvertTo-Json -Depth 10))
            }

            if ($Fault) {
                $server.Faults[$file] = $Fault
            }

            $outcome = Get-Outcome { Save-LxcImage @asked }
            $outcome.Errors.Count | Should -Be 1
            $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly "$Id,LxcPS.Commands.SaveLxcImageCommand"
            $outcome.Errors[0].Exception.Message | Should -Match $Say
            $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            Assert-Nothing
        }
        finally {
            [IO.File]::WriteAllText("$root/streams/v1/images.json", $index)
        }
    }

    It 'stop at Ctrl+C, and leave a part to go on with' {
        $server.Faults[$file] = @{ Silent = 50000; Times = 1 }
        $shell = [powershell]::Create()
        try {
            [void] $shell.AddScript('param($module, $images, $address) Import-Module $module; Save-LxcImage Image testix/1 -Server $address -ImagePath $images').AddArgument($env:LXCPS_MODULE).AddArgument($images).AddArgument($server.Address)
            $task = $shell.BeginInvoke()
            Wait-Until { [IO.File]::Exists($part) -and (Get-Item $part).Length -ge 50000 } | Should -BeTrue
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
            $task.IsCompleted | Should -BeTrue
        }
        finally {
            $shell.Dispose()
        }

        Assert-Nothing
        (Save-LxcImage @asked).Release | Should -Be '1'
        Get-Asked | Should -Be 0, 50000
    }

    It 'are asked of the server by name alone, and named where it has none' {
        $outcome = Get-Outcome { New-LxcContainer "none-$Unique" -Image testix/2 -Server $server.Address }
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'ImageNotFound,LxcPS.Commands.NewLxcContainerCommand'
        $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -Match "testix/1/$architecture"
        Get-LxcContainer 'none-*' | Should -BeNullOrEmpty
    }

    It 'come of a squashfs where that is all there is' -Skip:$noSquashfs {
        # Skipped where squashfs-tools are not installed.
        $squashed = New-ServedImage $root $tree 'two' '20260102_03:04' -Squashfs
        Write-StreamsIndex $root ($products + @{ "testix:sq:${architecture}:default" = @{ os = 'Testix'; release = 'sq'; arch = $architecture; versions = $squashed } })
        $image = Save-LxcImage Image testix/sq -Server $server.Address
        $image.Fingerprint | Should -BeExactly $squashed['20260102_03:04'].items['incus.tar.xz'].combined_squashfs_sha256
        (Get-Item "$($image.Path)/bin/busybox").Length | Should -BeGreaterThan 0
        [IO.File]::ReadAllText("$($image.Path)/etc/served") | Should -BeExactly "by default`n"
        (stat -c '%u:%g' "$($image.Path)/bin/busybox") | Should -Be '0:0'
    }

    It 'come of the index of the download template, by its sums' {
        $plain = Join-Path $TestDrive 'plain'
        [void] [IO.Directory]::CreateDirectory("$plain/meta/1.0")
        [void] [IO.Directory]::CreateDirectory("$plain/images/x")
        [IO.File]::Copy("$root/$file", "$plain/images/x/rootfs.tar.xz")
        [IO.File]::WriteAllText("$plain/meta/1.0/index-system", "testix;7;$architecture;default;20260102_03:04;/images/x/`n")
        $second = Start-ImageServer $plain
        try {
            (Find-LxcImage -Server $second.Address).Image | Should -BeExactly "testix/7/$architecture/default"
            $outcome = Get-Outcome { Save-LxcImage Image testix/7 -Server $second.Address }
            $outcome.Errors[0].Exception.Message | Should -Match 'nothing else says what its files should be'
            [IO.File]::WriteAllText("$plain/images/x/SHA256SUMS", "$hash  rootfs.tar.xz`n")
            (Save-LxcImage Image testix/7 -Server $second.Address).Fingerprint | Should -BeExactly $hash
        }
        finally {
            Stop-ImageServer $second
        }
    }

    It 'are signed by a key of the keyring, or refused' -Skip:$noGpg {
        # Skipped where gpg and gpgv are not installed.
        $keys = Join-Path $TestDrive 'keys'
        [void] [IO.Directory]::CreateDirectory($keys)
        chmod 700 $keys
        try {
            gpg --homedir $keys --batch --quiet --passphrase '' --quick-generate-key 'Test <test@localhost>' default default never 2>&1 | Out-Null
            gpg --homedir $keys --batch --export --output "$keys/public.gpg"
            $outcome = Get-Outcome { Save-LxcImage @asked -Keyring "$keys/public.gpg" }
            $outcome.Errors[0].Exception.Message | Should -Match 'has no signature on the server'
            gpg --homedir $keys --batch --quiet --output "$root/streams/v1/index.sjson" --clearsign "$root/streams/v1/index.json"
            gpg --homedir $keys --batch --quiet --armor --output "$root/streams/v1/images.json.asc" --detach-sign "$root/streams/v1/images.json"
            (Save-LxcImage @asked -Keyring "$keys/public.gpg").Release | Should -Be '1'
            [IO.File]::AppendAllText("$root/streams/v1/images.json", "`n")
            $outcome = Get-Outcome { Save-LxcImage @asked -Keyring "$keys/public.gpg" -Force }
            $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'ImageInvalid,LxcPS.Commands.SaveLxcImageCommand'
            $outcome.Errors[0].Exception.Message | Should -Match 'is not signed by a key'
        }
        finally {
            gpgconf --homedir $keys --kill all
            [IO.File]::Delete("$root/streams/v1/index.sjson")
            [IO.File]::Delete("$root/streams/v1/images.json.asc")
        }
    }
}

# The store of images: archives in, containers over them, and what happens when two want the same, when an archive is hostile, when the disk is full.
BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/Probe.ps1"
    . "$PSScriptRoot/Expect.ps1"

    # A root file system of busybox as an archive; the files of -Beside stand next to its rootfs, as in an image of LXC's.
    function New-RootfsArchive {
        param([string] $Path, [hashtable] $Beside, [string[]] $Option = @())
        $name = "maker-$Unique"
        if (-not (Get-LxcContainer $name -ErrorAction Ignore)) {
            [void](New-LxcContainer $name -Template Busybox)
        }

        if ($Beside) {
            $stage = Join-Path $TestDrive "stage-$([guid]::NewGuid().ToString('n'))"
            [void](New-Item -ItemType Directory $stage)
            foreach ($file in $Beside.Keys) {
                [IO.File]::WriteAllText("$stage/$file", $Beside[$file])
            }

            tar -cf $Path @Option -C $stage @($Beside.Keys) -C "$LxcPath/$name" rootfs
        }
        else {
            tar -cf $Path @Option -C "$LxcPath/$name/rootfs" .
        }

        $LASTEXITCODE | Should -Be 0
        $Path
    }

    $yaml = @"
architecture: x86_64
creation_date: 1700000000
properties:
  os: Testix
  release: "9"
  variant: cloud
  description: A test
"@
}

AfterAll {
    Remove-TestContainers
}

Describe 'Import-LxcImage' {
    It 'makes an image of a bare root file system, named after the file' {
        $path = New-RootfsArchive "$TestDrive/tiny-base.tar.gz" -Option '--gzip'
        $image = Import-LxcImage $path
        $image.Name | Should -Match '^tiny-base/none/(amd64|arm64)/default$'
        $image.Fingerprint | Should -Be (Get-FileHash $path -Algorithm SHA256).Hash.ToLowerInvariant()
        $image.Source | Should -Be $path
        $image.Size | Should -BeGreaterThan 500KB
        (Get-Item "$($image.Path)/bin/busybox").Length | Should -BeGreaterThan 0
        (stat -c '%u:%g %a' $image.Path) | Should -Be '0:0 755'
        (stat -c '%a' "$LxcPath/.images") | Should -Be '700' -Because 'what is setuid in an image is so on the host'
    }

    It 'takes what metadata.yaml says, and keeps nothing of the archive but the root file system and that' {
        $path = New-RootfsArchive "$TestDrive/meta.tar.xz" -Beside @{ 'metadata.yaml' = $yaml; 'image.json' = 'hostile'; 'lxc_snapshots' = "/var/lib/lxc`nweb`n" } -Option '--xz'
        $image = Import-LxcImage $path
        $image.Name | Should -Be 'testix/9/amd64/cloud'
        $image.Description | Should -Be 'A test'
        $image.Created.ToUnixTimeSeconds() | Should -Be 1700000000
        $image.UsedBy | Should -BeNullOrEmpty
        (Get-ChildItem (Split-Path $image.Path)).Name | Sort-Object | Should -Be 'image.json', 'rootfs'
    }

    It 'is the same image for the same archive, whatever it is called' {
        $path = New-RootfsArchive "$TestDrive/same.tar"
        $first = Import-LxcImage $path one/1
        $second = Import-LxcImage $path two/2
        $second.Fingerprint | Should -Be $first.Fingerprint
        (Get-LxcImage "$($first.Fingerprint)").Name | Should -BeLike 'two/2/*'
    }

    It 'takes archives from the pipeline and goes on after one that is none' {
        New-RootfsArchive "$TestDrive/pipe1.tar" -Option '--mtime=@1' | Out-Null
        New-RootfsArchive "$TestDrive/pipe3.tar" -Option '--mtime=@3' | Out-Null
        [IO.File]::WriteAllText("$TestDrive/pipe2.tar", 'no archive at all')
        $outcome = Get-Outcome { Get-Item "$TestDrive/pipe1.tar", "$TestDrive/pipe2.tar", "$TestDrive/pipe3.tar" | Import-LxcImage }
        $outcome.Output.Distribution | Should -Be 'pipe1', 'pipe3'
        $outcome.Errors.Count | Should -Be 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -Be 'TemplateFailed,LxcPS.Commands.ImportLxcImageCommand'
        (Get-ChildItem "$LxcPath/.images" -Force -Filter '.*') | Should -BeNullOrEmpty
    }

    It 'makes nothing with -WhatIf' {
        $path = New-RootfsArchive "$TestDrive/whatif.tar"
        Import-LxcImage $path whatif/1 -WhatIf | Should -BeNullOrEmpty
        Get-LxcImage 'whatif*' | Should -BeNullOrEmpty
    }

    It 'refuses by name: <Case>' -ForEach @(
        @{ Case = 'a device'; Make = { param($r) mknod "$r/evil" b 8 0 }; Say = 'evil' }
        @{ Case = 'a name that leads out'; Make = { param($r) 'x' > "$r/inner"; }; Transform = 's,^\./inner$,../outer,'; Say = '\.\./outer' }
        @{ Case = 'a file through a link that leads out'; Make = { param($r) ln -s /etc "$r/door"; [void](New-Item -ItemType Directory "$r/zdoor"); 'x' > "$r/zdoor/evil" }; Transform = 's,^\./zdoor/evil$,./door/evil,'; Say = 'door/evil' }
    ) {
        $root = Join-Path $TestDrive "hostile-$([guid]::NewGuid().ToString('n'))"
        [void](New-Item -ItemType Directory "$root/bin", "$root/etc" -Force)
        & $Make $root
        $path = "$root.tar"
        $names = ls -A $root | Sort-Object
        $more = if ($Transform) { '-P', "--transform=flags=r;$Transform" } else { @() }
        tar -cf $path @more -C $root @($names | ForEach-Object { "./$_" })
        $LASTEXITCODE | Should -Be 0
        $outcome = Get-Outcome { Import-LxcImage $path hostile/1 }
        $outcome.Output | Should -BeNullOrEmpty
        $outcome.Errors[0].Exception.Message | Should -Match $Say
        Get-LxcImage 'hostile*' | Should -BeNullOrEmpty
        Test-Path /etc/evil | Should -BeFalse
        (Get-ChildItem "$LxcPath/.images" -Force -Filter '.*') | Should -BeNullOrEmpty
    }

    It 'refuses a name: <_>' -ForEach 'a/b/c/d/e', 'a//b', '../x', 'a b' {
        $path = New-RootfsArchive "$TestDrive/named.tar"
        (Get-Outcome { Import-LxcImage $path $_ }).Errors[0].FullyQualifiedErrorId | Should -Be 'InvalidName,LxcPS.Commands.ImportLxcImageCommand'
    }

    It 'says which line of metadata.yaml is wrong' {
        $path = New-RootfsArchive "$TestDrive/bad.tar" -Beside @{ 'metadata.yaml' = "architecture: x`n  properties: [`n" }
        $outcome = Get-Outcome { Import-LxcImage $path }
        $outcome.Errors[0].FullyQualifiedErrorId | Should -Be 'ImageInvalid,LxcPS.Commands.ImportLxcImageCommand'
        $outcome.Errors[0].Exception.Message | Should -Match 'line \d'
    }

    It 'leaves nothing where the disk is full' {
        $small = Join-Path $TestDrive 'small'
        [void](New-Item -ItemType Directory $small)
        mount -t tmpfs -o size=1m tmpfs $small
        try {
            $path = New-RootfsArchive "$TestDrive/full.tar"
            $outcome = Get-Outcome { Import-LxcImage $path -ImagePath "$small/images" }
            $outcome.Errors[0].FullyQualifiedErrorId | Should -Be 'StorageFull,LxcPS.Commands.ImportLxcImageCommand'
            (Get-ChildItem "$small/images" -Force) | Should -BeNullOrEmpty
        }
        finally {
            umount $small
        }
    }

    It 'is whole or not there when the session is killed at any moment' {
        $path = New-RootfsArchive "$TestDrive/killed.tar"
        $store = Join-Path $TestDrive 'killed'
        $attempts = $env:LXCPS_LONG ? 50 : 6
        foreach ($i in 1..$attempts) {
            $session = Start-Session "'ready'; Import-LxcImage '$path' killed/1 -ImagePath '$store'"
            [void] $session.StandardOutput.ReadLine()
            [Threading.Thread]::Sleep((Get-Random -Maximum 400))
            $session.Kill()
            $session.WaitForExit()
            $session.Dispose()
            foreach ($image in Get-LxcImage -ImagePath $store) {
                (Get-Item "$($image.Path)/bin/busybox").Length | Should -BeGreaterThan 0
                (Get-ChildItem $image.Path).Count | Should -BeGreaterThan 3
                Remove-LxcImage $image.Fingerprint -ImagePath $store -Confirm:$false
            }
        }

        $image = Import-LxcImage $path killed/1 -ImagePath $store
        (Get-Item "$($image.Path)/bin/busybox").Length | Should -BeGreaterThan 0
        (Get-ChildItem $store -Force).Name | Should -Be $image.Fingerprint -Because 'what killed sessions left is swept'
    }
}

Describe 'Containers of an image' {
    BeforeAll {
        $image = Import-LxcImage (New-RootfsArchive "$TestDrive/shared.tar") shared/1
    }

    It 'share it, each with a layer and a name of its own (privileged: <_>)' -ForEach $false, $true {
        $names = "share1-$_-$Unique", "share2-$_-$Unique"
        $made = New-LxcContainer $names -Image shared/1 -Privileged:$_
        $made.Rootfs | ForEach-Object { $_ | Should -Match "^overlay:$($image.Path):" }
        Start-LxcContainer $names
        Invoke-LxcCommand $names[0] sh '-c', 'echo own > /own; hostname' | Should -Be $names[0].ToLowerInvariant()
        Invoke-LxcCommand $names[1] test '-e', '/own'
        $LASTEXITCODE | Should -Be 1
        (Get-LxcImage shared).UsedBy | Should -Contain "$LxcPath/$($names[1])"
        (Get-Content "$LxcPath/$($names[0])/config")[0] | Should -Be "# Made from the image $($image.Name), $($image.Fingerprint)"
        Remove-LxcContainer $names -Force
        (Get-LxcImage shared).UsedBy | Should -BeNullOrEmpty
    }

    It 'keep it from being removed, and give it free' {
        [void](New-LxcContainer "keep-$Unique" -Image shared)
        Copy-LxcContainer "keep-$Unique" "kept-$Unique"
        $outcome = Get-Outcome { Remove-LxcImage shared -Confirm:$false }
        $outcome.Errors[0].FullyQualifiedErrorId | Should -Be 'ImageInUse,LxcPS.Commands.RemoveLxcImageCommand'
        $outcome.Errors[0].Exception.Message | Should -Match "keep-$Unique, .*kept-$Unique are laid over it"
        Remove-LxcContainer "keep-$Unique" -Force
        (Get-Outcome { Remove-LxcImage shared -Confirm:$false }).Errors.Count | Should -Be 1
        Rename-LxcContainer "kept-$Unique" "other-$Unique"
        (Get-LxcImage shared).UsedBy | Should -Be "$LxcPath/other-$Unique"
        Start-LxcContainer "other-$Unique"
        Remove-LxcContainer "other-$Unique" -Force
        Remove-LxcImage shared -WhatIf
        Get-LxcImage shared | Remove-LxcImage -Confirm:$false
        (Get-Outcome { Get-LxcImage shared }).Errors[0].FullyQualifiedErrorId | Should -Be 'ImageNotFound,LxcPS.Commands.GetLxcImageCommand'
    }

    It 'leave no note behind when they cannot be made' {
        $image = Import-LxcImage (New-RootfsArchive "$TestDrive/shared.tar") shared/1
        $outcome = Get-Outcome { New-LxcContainer "broken-$Unique" -Image shared -Config @{ 'lxc.no.such' = '1' } }
        $outcome.Errors.Count | Should -Be 1
        Get-LxcContainer "broken-*" | Should -BeNullOrEmpty
        $image.UsedBy | Should -BeNullOrEmpty
    }

    It 'are refused what the template has no use for: <Name>' -ForEach @(
        @{ Name = 'Release'; Arguments = @{ Template = 'Busybox'; Release = 'x' } }
        @{ Name = 'Image'; Arguments = @{ Template = 'Debian'; Image = 'x' } }
        @{ Name = 'Mirror'; Arguments = @{ Image = 'shared'; Mirror = 'http://x' } }
        @{ Name = 'Package'; Arguments = @{ Template = 'None'; Package = 'x' } }
    ) {
        $outcome = Get-Outcome { New-LxcContainer "refused-$Unique" @Arguments }
        $outcome.Errors[0].Exception.Message | Should -Match "no use for -$Name"
        Get-LxcContainer "refused-*" | Should -BeNullOrEmpty
    }
}

Describe 'Get-LxcImage' {
    BeforeAll {
        $made = foreach ($i in 1..3) {
            Import-LxcImage (New-RootfsArchive "$TestDrive/get$i.tar" -Option "--mtime=@$i") "getix/$i"
        }
    }

    It 'finds by name, pattern and the beginning of a fingerprint' {
        (Get-LxcImage getix/2).Fingerprint | Should -Be $made[1].Fingerprint
        @(Get-LxcImage 'getix/*').Count | Should -Be 3
        (Get-LxcImage $made[2].Fingerprint.Substring(0, 10)).Release | Should -Be '3'
        ('getix/1', 'getix/3' | Get-LxcImage).Release | Should -Be '1', '3'
        Get-LxcImage 'nothing*' | Should -BeNullOrEmpty
    }

    It 'names one that is not there' {
        $outcome = Get-Outcome { Get-LxcImage getix/4, getix/1 }
        $outcome.Output.Release | Should -Be '1'
        $outcome.Errors[0].FullyQualifiedErrorId | Should -Be 'ImageNotFound,LxcPS.Commands.GetLxcImageCommand'
    }

    It 'completes names' {
        $line = "Get-LxcImage -ImagePath $LxcPath/.images -Name getix/2"
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be $made[1].Name
    }

    It 'tells of a damaged description' {
        $path = Join-Path (Split-Path $made[0].Path) 'image.json'
        $text = [IO.File]::ReadAllText($path)
        try {
            [IO.File]::WriteAllText($path, '{')
            (Get-Outcome { Get-LxcImage }).Errors[0].FullyQualifiedErrorId | Should -Be 'ImageInvalid,LxcPS.Commands.GetLxcImageCommand'
        }
        finally {
            [IO.File]::WriteAllText($path, $text)
        }
    }
}

Describe 'Export-LxcImage' {
    BeforeAll {
        $root = Join-Path $TestDrive 'odd'
        [void](New-Item -ItemType Directory "$root/bin", "$root/etc" -Force)
        'one' > "$root/etc/one"
        ln "$root/etc/one" "$root/etc/two"
        truncate -s 5M "$root/etc/hole"
        cp /bin/true "$root/bin/true"
        setcap cap_net_raw+ep "$root/bin/true"
        python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.note", b"odd")' "$root/etc/one"
        chown 1234:4321 "$root/etc/hole"
        chmod 4755 "$root/bin/true"
        setcap cap_net_raw+ep "$root/bin/true"
        tar -cf "$TestDrive/odd.tar" --xattrs --xattrs-include='*' --sparse -C $root .
        $LASTEXITCODE | Should -Be 0
        $odd = Import-LxcImage "$TestDrive/odd.tar" odd/1/amd64/cloud
    }

    It 'writes what Import-LxcImage takes, the same file by file (<_>)' -ForEach '.tar.zst', '.tar.gz', '.tar.xz', '.tar' {
        $path = "$TestDrive/out$_"
        (Export-LxcImage odd/1 $path -PassThru).FullName | Should -Be $path
        $copies = "$TestDrive/copies"
        $again = Import-LxcImage $path -ImagePath $copies
        $again.Name | Should -Be 'odd/1/amd64/cloud'
        $again.Created.ToUnixTimeSeconds() | Should -Be $odd.Created.ToUnixTimeSeconds()
        $list = { param($r) find $r -mindepth 1 -printf '%P %M %U:%G %s %l %T@ %n\n' | Sort-Object }
        & $list $again.Path | Should -Be (& $list $odd.Path)
        (getcap "$($again.Path)/bin/true") -replace '^.*true ' | Should -Be 'cap_net_raw=ep'
        python3 -c 'import os, sys; print(os.getxattr(sys.argv[1], "user.note").decode())' "$($again.Path)/etc/two" | Should -Be 'odd'
        [int] (stat -c %b "$($again.Path)/etc/hole") | Should -BeLessThan 100 -Because 'a hole takes no room'
        Remove-LxcImage $again.Fingerprint -ImagePath $copies -Confirm:$false
    }

    It 'refuses <Case>' -ForEach @(
        @{ Case = 'a suffix that says nothing'; Path = 'x.rar'; Id = 'ArchiveFailed' }
        @{ Case = 'a file that is there'; Path = 'out.tar'; Id = 'ArchiveFailed' }
        @{ Case = 'a directory that is not there'; Path = 'no/x.tar'; Id = 'StorageFailed' }
    ) {
        $outcome = Get-Outcome { Export-LxcImage odd/1 "$TestDrive/$Path" }
        $outcome.Errors[0].FullyQualifiedErrorId | Should -Be "$Id,LxcPS.Commands.ExportLxcImageCommand"
    }

    It 'writes nothing with -WhatIf, and all into a directory' {
        $place = Join-Path $TestDrive 'place'
        [void](New-Item -ItemType Directory $place)
        Export-LxcImage odd $place -WhatIf
        Get-ChildItem $place -Force | Should -BeNullOrEmpty
        Get-LxcImage odd | Export-LxcImage -Path $place
        (Get-ChildItem $place -Force).Name | Should -Be 'odd-1-amd64-cloud.tar.zst'
    }
}

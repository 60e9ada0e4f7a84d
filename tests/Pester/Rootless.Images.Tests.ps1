# The images of a user who is not root: his own store, and containers over them whose owners are his subordinate ids.
BeforeDiscovery {
    $missing = 'setpriv', 'unshare', 'newuidmap', 'newgidmap' | Where-Object { -not (Get-Command $_ -CommandType Application -ErrorAction Ignore) }
    if ($missing) { Write-Warning "Images of users are not tested: $($missing -join ', ') is missing" }
    $noServer = $missing -or -not (Get-Command xz -CommandType Application -ErrorAction Ignore)
    if ($noServer) { Write-Warning 'Images of servers for users are not tested: xz is missing' }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Rootless.ps1
    . $PSScriptRoot/ImageServer.ps1
    . $PSScriptRoot/Oci.ps1
    $first = 1500000000
    $one = New-User lxcpsone 60711 "$($first):65536"
    $none = New-User lxcpsnone 60713
    $store = "$($one.Home)/.local/share/lxcps/images"
    Register-UserProfile

    # What a distribution's image has: files of several owners, closed directories, metadata and what boots.
    $tree = "$LxcPath/.tree"
    foreach ($directory in "$tree/rootfs/bin", "$tree/rootfs/etc", "$tree/rootfs/dev", "$tree/rootfs/srv/closed", "$tree/templates") { [void] [IO.Directory]::CreateDirectory($directory) }
    Copy-Item /bin/busybox "$tree/rootfs/bin/busybox"
    foreach ($applet in 'sh', 'init', 'cat', 'stat', 'id', 'hostname', 'touch', 'rm', 'ls') { [void] (New-Item -ItemType SymbolicLink "$tree/rootfs/bin/$applet" -Target busybox) }
    [IO.File]::WriteAllText("$tree/rootfs/etc/hostname", "image`n")
    [IO.File]::WriteAllText("$tree/rootfs/etc/machine-id", "0123456789abcdef0123456789abcdef`n")
    [IO.File]::WriteAllText("$tree/rootfs/srv/closed/owned", "text`n")
    [IO.File]::WriteAllText("$tree/templates/hello.tpl", "hello {{ properties.os }}`n")
    [IO.File]::WriteAllText("$tree/metadata.yaml", @"
architecture: x86_64
creation_date: 1700000000
properties: { os: Testix, release: "9", variant: cloud, description: A test }
templates: { /etc/hello: { when: [create], template: hello.tpl, properties: { os: Testix } } }
"@)
    & chown '-R' '12:34' "$tree/rootfs/srv/closed"
    & chmod 700 "$tree/rootfs/srv/closed"
    $archive = "$LxcPath/.testix.tar.gz"
    & tar '-czf' $archive '-C' $tree metadata.yaml templates rootfs
    $programs = "$LxcPath/.programs"
    [void] [IO.Directory]::CreateDirectory($programs)
    $init = "@{ 'lxc.init.cmd' = '/bin/init' }"
}

AfterAll {
    Unregister-UserProfile
    Remove-UserContainers $one, $none
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'The images of a user who is not root' -Skip:([bool] $missing) {
    It 'are made of archives, in the user''s own store, with his subordinate ids as owners' {
        $lines = Invoke-As $one "Import-LxcImage $archive | ForEach-Object { `$_.Name, `$_.Path, (`$_.Size -gt 500KB), `$_.Description; `$_.Changes }"
        $lines[0] | Should -Be 'testix/9/amd64/cloud'
        $lines[1] | Should -BeLike "$store/*/rootfs"
        $lines[2..3] | Should -Be 'True', 'A test'
        $lines | Should -Contain 'Emptied /etc/machine-id: each container makes its own at its first boot'
        & stat '-c' '%u:%g %a' $store | Should -Be "$($one.Id):$($one.Id) 700"
        & stat '-c' '%u:%g' $lines[1] | Should -Be "$($first):$first"
        & stat '-c' '%u:%g' "$($lines[1])/srv/closed/owned" | Should -Be "$($first + 12):$($first + 34)"
        (Get-Item "$($lines[1])/etc/machine-id").Length | Should -Be 0
        (Get-ChildItem (Split-Path $lines[1])).Name | Sort-Object | Should -Be 'image.json', 'rootfs'
        Invoke-As $one 'Get-LxcImage | ForEach-Object Name' | Should -Be 'testix/9/amd64/cloud'
    }

    It 'are shared by containers that are laid over them, each with its own name and writes' {
        $lines = Invoke-As $one @"
`$WarningPreference = 'Ignore'
foreach (`$name in 'a', 'b') { (New-LxcContainer `$name -Image testix -Config $init).Name }
Start-LxcContainer a, b
Invoke-LxcCommand a sh -ArgumentList '-c', 'hostname; cat /etc/hostname; cat /etc/hello; stat -c %u:%g /srv/closed/owned; rm /srv/closed/owned; touch /only-a; stat -c %u /only-a'
Invoke-LxcCommand b sh -ArgumentList '-c', 'cat /etc/hello; cat /srv/closed/owned; ls /only-a 2>&1'
(Get-LxcImage testix).UsedBy -join ','
Remove-LxcImage testix -Confirm:`$false
Stop-LxcContainer a, b -Kill
"@
        $lines[0..1] | Should -Be 'a', 'b'
        $lines[2..6] | Should -Be 'a', 'a', 'hello Testix', '12:34', '0'
        $lines[7..8] | Should -Be 'hello Testix', 'text'
        $lines[9] | Should -Match 'No such file'
        $lines[10] | Should -Match 'a.*b'
        $lines[11] | Should -BeLike 'error|ImageInUse|*a*b*'
        $lines | Should -HaveCount 12
        [IO.File]::ReadAllText("$($one.LxcPath)/a/config") | Should -Match "overlay:$store/[0-9a-f]{64}/rootfs:$($one.LxcPath)/a/overlay/delta"
        & stat '-c' '%u:%g' "$($one.LxcPath)/a/overlay/delta" | Should -Be "$($first):$first"
    }

    It 'are copied into a container where that is asked for' {
        $lines = Invoke-As $one @"
`$WarningPreference = 'Ignore'
(New-LxcContainer whole -Image testix -Storage Dir -Config $init).Name
Start-LxcContainer whole -Command sh -ArgumentList '-c', 'cat /etc/hostname; cat /etc/hello; stat -c %u:%g /srv/closed/owned'
New-LxcContainer refused -Image testix -Storage Loop
New-LxcContainer refused -Image testix -Size 1GB -Storage Dir
New-LxcContainer refused -Image nosuch -Server http://127.0.0.1:9
Remove-LxcContainer whole, a -Confirm:`$false
(Get-LxcImage testix).UsedBy -join ','
"@
        $lines[0..3] | Should -Be 'whole', 'whole', 'hello Testix', '12:34'
        $lines[4] | Should -BeLike 'error|PermissionDenied|PermissionDenied|*Loop*root alone*|Use Dir*'
        $lines[5] | Should -BeLike 'error|StorageUnsupported|*cannot be limited*'
        $lines[6] | Should -BeLike 'error|DownloadFailed|*'
        $lines[7] | Should -Match 'b$'
        $lines | Should -HaveCount 8
        [IO.Directory]::GetFileSystemEntries($one.LxcPath) | Should -Be "$($one.LxcPath)/b"
    }

    It 'are refused where they belong to other ids than the user''s containers' {
        # As it is when root has given the user another range meanwhile.
        $other = "for f in subuid subgid; do sed s/:$($first):/:$($first + 300000):/ '$accounts'/`$f > '$LxcPath'/.other-`$f; mount --bind '$LxcPath'/.other-`$f /etc/`$f; done"
        $lines = Invoke-As $one 'New-LxcContainer other -Image testix; New-LxcContainer other -Image testix -Storage Dir' $other
        $lines | Should -HaveCount 2
        $lines | Should -BeLike 'error|ImageInvalid|*belongs to other ids*|*make it again*'
        [IO.Directory]::Exists("$($one.LxcPath)/other") | Should -BeFalse
        Invoke-As $one '(Get-LxcImage testix).UsedBy' | Should -Not -BeLike '*/other'
    }

    It 'are cleared away where their making was cut off' {
        [void] [IO.Directory]::CreateDirectory("$store/.image.creating-0123abcd/rootfs/closed")
        & chown "$($one.Id):$($one.Id)" "$store/.image.creating-0123abcd"
        & chown '-R' "$($first + 7):$($first + 7)" "$store/.image.creating-0123abcd/rootfs"
        & chmod 700 "$store/.image.creating-0123abcd/rootfs/closed"
        Invoke-As $one "Import-LxcImage $archive -Name testix/other | ForEach-Object Name" | Should -BeLike 'testix/other/*'
        (Get-ChildItem $store -Force).Name | Should -Not -Contain '.image.creating-0123abcd'
        Invoke-As $one "Import-LxcImage $archive | ForEach-Object Name" | Should -Be 'testix/9/amd64/cloud'
    }

    It 'are fetched from an image server, with what the templates of its metadata write' -Skip:$noServer {
        $files = "$LxcPath/.server"
        Write-StreamsIndex $files @{ 'testix:10:amd64:default' = @{ aliases = 'testix/10/default'; arch = 'amd64'; os = 'Testix'; release = '10'; release_title = '10'; variant = 'default'
                versions = New-ServedImage $files "$tree/rootfs" 'testix-10' '20260101_0000' } }
        $server = Start-ImageServer $files
        try {
            $lines = Invoke-As $one "Save-LxcImage Image testix/10 -Server $($server.Address) | ForEach-Object { `$_.Name, `$_.Path } "
        }
        finally {
            Stop-ImageServer $server
        }

        $lines[0] | Should -Be 'testix/10/amd64/default'
        [IO.File]::ReadAllText("$($lines[1])/etc/served").Trim() | Should -Be 'by default'
        & stat '-c' '%u:%g' "$($lines[1])/srv/closed/owned" | Should -Be "$($first + 12):$($first + 34)"
    }

    It 'are made of the layers of an OCI layout, and run its program' {
        $base = New-Layer { & cp '-a' "$tree/rootfs/." . } -Option '--owner=0', '--group=0'
        $above = New-Layer { [void] [IO.Directory]::CreateDirectory("$PWD/srv/.x"); [IO.File]::WriteAllText("$PWD/etc-marker", 'x'); [void] [IO.Directory]::CreateDirectory("$PWD/etc"); Set-Content etc/.wh.hostname '' }
        New-Layout "$LxcPath/.oci" $base, $above -Config @{ Entrypoint = @('/bin/sh'); Cmd = @('-c', 'pwd; id -u; ls /etc/hostname 2>&1'); WorkingDir = '/srv/deep'; User = '7:8' }
        & chmod '-R' 'a+rX' "$LxcPath/.oci"
        $lines = Invoke-As $one "`$WarningPreference = 'Ignore'; (New-LxcContainer app -Template Oci -Image $LxcPath/.oci).Name; Start-LxcContainer app -Foreground; Remove-LxcContainer app -Confirm:`$false"
        $lines[0..2] | Should -Be 'app', '/srv/deep', '7'
        $lines[3] | Should -Match 'No such file'
        $lines | Should -HaveCount 4
    }

    It 'are made of a distribution''s packages, by a builder that is root of the user''s ids and mounts what it needs' {
        # In the place of mmdebstrap(1), whose archive is the last argument but one. The real one: LXCPS_LONG.
        [IO.File]::WriteAllText("$programs/mmdebstrap", @"
#!/bin/sh
while [ `$# -gt 2 ]; do shift; done
test `$(id -u) = 0 && mount -t tmpfs none /mnt && tar -xzf $archive -C /mnt --strip-components=1 rootfs && tar -C /mnt -cf `$1 .
"@)
        & chmod 755 "$programs/mmdebstrap"
        $lines = Invoke-As $one 'Save-LxcImage Debian -Release bookworm | ForEach-Object { $_.Name; $_.Path }' "export PATH=$($programs):`$PATH"
        $lines[0] | Should -BeLike 'debian/bookworm/*/default'
        & stat '-c' '%u:%g' "$($lines[1])/bin" "$($lines[1])/srv/closed/owned" | Should -Be "$($first):$first", "$($first + 12):$($first + 34)"
        (Get-ChildItem (Split-Path $lines[1])).Name | Sort-Object | Should -Be 'image.json', 'rootfs'
        Invoke-As $one 'Save-LxcImage Debian -Release trixie' "printf '%s\n' '#!/bin/sh' 'echo E: no such release >&2; exit 3' > $programs/mmdebstrap; export PATH=$($programs):`$PATH" |
            Should -BeLike 'error|TemplateFailed|*no such release*'
    }

    It 'leave no builder behind where the session is killed, and the next image clears what it made' {
        $lines = Invoke-As $one '& sh -c "(sleep 2; kill -9 $PID) > /dev/null 2>&1 &"; Save-LxcImage Debian -Release sid' @"
printf '%s\n' '#!/bin/sh' 'sleep 12345678' > $programs/mmdebstrap; export PATH=$($programs):`$PATH
"@
        $lines | Should -BeNullOrEmpty
        Wait-Until { -not (Get-ProcessTable | Where-Object CommandLine -Match 'sleep 12345678|mmdebstrap') } | Should -BeTrue
        (Get-ChildItem $store -Force).Name -like '.image.creating-*' | Should -HaveCount 1
        Invoke-As $one "Import-LxcImage $archive -Name testix/again; Import-LxcImage $archive | ForEach-Object Name" | Select-Object -Last 1 | Should -Be 'testix/9/amd64/cloud'
        (Get-ChildItem $store -Force).Name -like '.image.creating-*' | Should -BeNullOrEmpty
    }

    It 'are stock Debians' -Skip:(-not $env:LXCPS_LONG) {
        $lines = Invoke-As $one @'
$WarningPreference = 'Ignore'
New-LxcContainer stock -Template Debian -Release trixie | Out-Null
Start-LxcContainer stock -Command sh -ArgumentList '-c', '. /etc/os-release; echo $VERSION_CODENAME; dpkg --audit; stat -c %U:%G /var/mail /usr/bin/passwd; cat /etc/hostname'
Remove-LxcContainer stock -Confirm:$false
'@
        $lines | Should -Be 'trixie', 'root:mail', 'root:root', 'stock'
    }

    It 'are written as archives with the owners that containers see, and as OCI images' {
        $lines = Invoke-As $one "Export-LxcImage testix/9 `$HOME/image.tar.gz; Export-LxcImage testix/9 `$HOME/image.oci.tar -Format Oci; Export-LxcImage testix/9 `$HOME/image.tar.gz; Export-LxcImage testix/9 /proc/none.tar"
        $lines[0] | Should -BeLike 'error|ArchiveFailed|*is there already*-Force*'
        $lines[1] | Should -BeLike 'error|*'
        $lines | Should -HaveCount 2
        & stat '-c' '%u:%g %a' "$($one.Home)/image.tar.gz" "$($one.Home)/image.oci.tar" | Should -Be "$($one.Id):$($one.Id) 600", "$($one.Id):$($one.Id) 600"
        $listed = & tar '--numeric-owner' '-tvzf' "$($one.Home)/image.tar.gz"
        $listed | Where-Object { $_ -match 'metadata.yaml|rootfs/$' } | Should -Match ' 0/0 '
        $listed -match 'closed/owned' | Should -Match ' 12/34 '
        # Root takes what a user wrote.
        $image = Import-LxcImage "$($one.Home)/image.tar.gz"
        $image.Name | Should -Be 'testix/9/amd64/cloud'
        & stat '-c' '%u:%g' "$($image.Path)/srv/closed/owned" | Should -Be '12:34'
        $oci = Import-LxcImage "$($one.Home)/image.oci.tar" -Name testix/oci
        & stat '-c' '%u:%g' "$($oci.Path)/srv/closed/owned" | Should -Be '12:34'
        $image, $oci | Remove-LxcImage -Confirm:$false
        Remove-Item "$($one.Home)/image.tar.gz", "$($one.Home)/image.oci.tar"
    }

    It 'are removed with the files of all owners, and nothing stays' {
        $lines = Invoke-As $one 'Remove-LxcContainer b -Confirm:$false; Get-LxcImage | Remove-LxcImage -Confirm:$false; Get-LxcImage'
        $lines | Should -BeNullOrEmpty
        (Get-ChildItem $store -Force).Name | Where-Object { $_ -ne '.downloads' } | Should -BeNullOrEmpty
    }

    It 'are refused by name, and nothing stays: what is no archive, a device, no root file system, a user without subordinate ids' {
        $bad = "$LxcPath/.bad"
        foreach ($directory in "$bad/device/etc", "$bad/empty/nothing") { [void] [IO.Directory]::CreateDirectory($directory) }
        & mknod "$bad/device/evil" b 8 0
        foreach ($name in 'device', 'empty') { & tar '-cf' "$bad/$name.tar" '-C' "$bad/$name" . }
        Set-Content "$bad/text.tar" ('x' * 4096)
        $lines = Invoke-As $one "Import-LxcImage $bad/text.tar; Import-LxcImage $bad/device.tar; Import-LxcImage $bad/empty.tar; Import-LxcImage $bad/none.tar"
        $lines | Should -HaveCount 4
        $lines[0] | Should -BeLike 'error|TemplateFailed|*not a tar archive*'
        $lines[1] | Should -BeLike 'error|TemplateFailed|*evil*'
        $lines[2] | Should -BeLike 'error|TemplateFailed|*root file system*'
        $lines[3] | Should -BeLike 'error|TemplateFailed|*none.tar*'
        (Get-ChildItem $store -Force).Name | Where-Object { $_ -ne '.downloads' } | Should -BeNullOrEmpty
        Invoke-As $none "Import-LxcImage $archive" | Should -BeLike 'error|IdMapFailed|*subuid*|*usermod*'
        (Get-ChildItem "$($none.Home)/.local/share/lxcps/images" -Force) | Should -BeNullOrEmpty
    }
}

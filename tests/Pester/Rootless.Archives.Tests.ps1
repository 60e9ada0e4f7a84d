# Archives of the containers of a user who is not root: in them owners are what the container sees, so that any user, and root, can take them.
BeforeDiscovery {
    $missing = 'setpriv', 'unshare', 'newuidmap', 'newgidmap' | Where-Object { -not (Get-Command $_ -CommandType Application -ErrorAction Ignore) }
    if ($missing) { Write-Warning "Archives of users' containers are not tested: $($missing -join ', ') is missing" }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Rootless.ps1
    $first = 1500000000
    $one = New-User lxcpsone 60711 "$($first):65536"
    $two = New-User lxcpstwo 60712 "$($first + 200000):65536"
    Register-UserProfile

    # A place that both may write to.
    $shared = "$LxcPath/.shared"
    [void] [IO.Directory]::CreateDirectory($shared)
    & chmod 1777 $shared
    $lines = Invoke-As $one @'
$WarningPreference = 'Ignore'
New-LxcContainer source -Template Busybox | Out-Null
Start-LxcContainer source -Command sh -ArgumentList '-c', 'echo source > /etc/hostname; mkdir -p /srv/closed; echo text > /srv/closed/owned; chown -R 12:34 /srv/closed; chmod 700 /srv/closed; chmod 4755 /srv/closed/owned'
Set-Content "$HOME/.local/share/lxc/source/note" mine
Copy-LxcContainer source laid -Snapshot | Out-Null
Start-LxcContainer laid -Command sh -ArgumentList '-c', 'rm -r /srv/closed; mkdir /srv/closed; echo above > /srv/closed/above'
'@
    $lines | Should -BeNullOrEmpty
    $show = @('-c', 'cat /etc/hostname; ls /srv/closed; stat -c "%u:%g %a" /srv/closed/owned') -join "', '"
}

AfterAll {
    Unregister-UserProfile
    Remove-UserContainers $one, $two
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'Archives of the containers of a user who is not root' -Skip:([bool] $missing) {
    It 'hold the owners that the container sees, and the user''s own files as root''s' {
        $lines = Invoke-As $one "Export-LxcContainer source $shared/source.tar.gz; Export-LxcContainer laid $shared/laid.tar; Export-LxcContainer source $shared/source-oci.tar -Format Oci"
        $lines | Should -BeNullOrEmpty
        & stat '-c' '%u:%g %a' "$shared/source.tar.gz" | Should -Be "$($one.Id):$($one.Id) 600"
        $listed = & tar '--numeric-owner' '--gzip' '-tvf' "$shared/source.tar.gz"
        $listed -match ' (config|note|rootfs/)$' | Should -HaveCount 3
        $listed -match ' (config|note|rootfs/)$' | Should -Match ' 0/0 '
        $listed -match 'closed/owned' | Should -Match ' 12/34 '
        # An opaque directory of the upper layer hides what is below.
        & tar '-tf' "$shared/laid.tar" | Where-Object { $_ -like '*srv/closed/?*' } | Should -Be 'rootfs/srv/closed/above'
        (Get-ChildItem $shared -Force).Name | Should -Be 'laid.tar', 'source-oci.tar', 'source.tar.gz'
        & chmod 644 "$shared/source.tar.gz" "$shared/laid.tar" "$shared/source-oci.tar"
    }

    It 'become containers of another user, with his ids, and of root' {
        $lines = Invoke-As $two @"
`$WarningPreference = 'Ignore'
(Import-LxcContainer $shared/source.tar.gz -Name taken).Name
(Import-LxcContainer $shared/laid.tar).Name
Start-LxcContainer taken -Command sh -ArgumentList '$show'
Start-LxcContainer laid -Command ls -ArgumentList /srv/closed
Get-Content "`$HOME/.local/share/lxc/taken/note"
"@
        $lines | Should -Be 'taken', 'laid', 'taken', 'owned', '12:34 4755', 'above', 'mine'
        $directory = "$($two.LxcPath)/taken"
        & stat '-c' '%u:%g' "$directory/rootfs/srv/closed/owned" "$directory/config" "$directory/note" $directory |
            Should -Be "$($first + 200012):$($first + 200034)", "$($two.Id):$($two.Id)", "$($two.Id):$($two.Id)", "$($two.Id):$($two.Id)"
        [IO.File]::ReadAllLines("$directory/config") | Should -Contain "lxc.idmap = u 0 $($first + 200000) 65536"
        [IO.File]::ReadAllText("$directory/config") | Should -Not -Match 'idmap=container'

        (Import-LxcContainer "$shared/source.tar.gz" -Name "root-$Unique").Name | Should -Be "root-$Unique"
        & stat '-c' '%u:%g' "$LxcPath/root-$Unique/rootfs/srv/closed/owned" "$LxcPath/root-$Unique/config" | Should -Be '12:34', '0:0'
        Start-LxcContainer "root-$Unique" -Command sh -ArgumentList '-c', 'stat -c "%u:%g %a" /srv/closed/owned' | Should -Be '12:34 4755'
    }

    It 'of root''s containers become a user''s, without the device rules that only root may set' {
        [void] (New-LxcContainer "made-$Unique" -Template Busybox)
        Export-LxcContainer "made-$Unique" "$shared/made.tar"
        & chmod 644 "$shared/made.tar"
        $lines = Invoke-As $two "`$WarningPreference = 'Ignore'; (Import-LxcContainer $shared/made.tar -Name made).Name; Start-LxcContainer made -Command hostname -Config @{ 'lxc.net.0.type' = 'empty' }"
        $lines | Should -Be 'made', 'made'
        [IO.File]::ReadAllText("$($two.LxcPath)/made/config") | Should -Not -Match 'devices'
    }

    It 'show how much is written and how fast, as those of root''s do' {
        # However fast the machine is: tar rests after each MB of the archive, and cp when it has written two.
        $slow = [IO.Directory]::CreateDirectory("$LxcPath/.slow").FullName
        [IO.File]::WriteAllText("$slow/tar", "#!/bin/sh`nexec '$((Get-Command tar -CommandType Application)[0].Source)' --checkpoint=100 '--checkpoint-action=exec=sleep 0.3' `"`$@`"`n")
        [IO.File]::WriteAllText("$slow/cp", @"
#!/bin/sh
read pid rest < /proc/self/stat
(while [ -e /proc/`$pid/io ]; do { read name bytes; read name bytes; } < /proc/`$pid/io; [ `$bytes -gt 2000000 ] && { kill -STOP `$`$; sleep 0.7; kill -CONT `$`$; exit; }; done) >/dev/null 2>&1 &
exec '$((Get-Command cp -CommandType Application)[0].Source)' "`$@"
"@)
        & chmod 755 "$slow/tar" "$slow/cp"
        Invoke-As $one 'New-LxcContainer big -Template Busybox -WarningAction Ignore | Out-Null' | Should -BeNullOrEmpty
        & sh -c 'for i in $(seq 50); do dd if=/dev/zero of="$1/big$i" bs=2M count=1 status=none && chown "$2:$2" "$1/big$i"; done' sh "$($one.LxcPath)/big/rootfs" $first
        $lines = Invoke-As $one @"
`$env:PATH = '${slow}:' + `$env:PATH
foreach (`$command in 'Export-LxcContainer source $shared/shown.tar.gz', 'Import-LxcContainer $shared/shown.tar.gz -Name shown',
    'Import-LxcImage $shared/source-oci.tar shown', 'Export-LxcImage shown $shared/shown-image.tar.gz', 'Copy-LxcContainer big shown-copy') {
    `$session = [powershell]::Create().AddScript("Import-Module '$module/LxcPS.psd1'; `$command")
    [void] `$session.Invoke()
    `$session.Streams.Error
    `$session.Streams.Progress | ForEach-Object { "`$(`$command.Split()[0])|`$(`$_.StatusDescription)" }
    `$session.Dispose()
}

Remove-LxcImage shown -Confirm:`$false
"@
        $lines -match '^error' | Should -BeNullOrEmpty
        # The helper, which runs them, reads and writes some KB itself.
        $shown = @{ 'Export-LxcContainer' = 'Writing the archive'; 'Import-LxcContainer' = 'Looking into the archive', 'Unpacking the archive'; 'Copy-LxcContainer' = 'Copying files'; 'Export-LxcImage' = 'Writing the archive' }
        foreach ($command in $shown.Keys) {
            foreach ($activity in $shown[$command]) {
                $lines -match "^$command\|$activity`: \d[\d.]* MiB, [1-9][\d.]* [KM]iB/s$" | Should -Not -BeNullOrEmpty -Because "of $command and its $activity was shown: $($lines -match $activity)"
            }
        }

        $lines -match '^Import-LxcImage\|Unpacking the archive: [\d.]+ [KM]B of [\d.]+ [KM]B, [1-9][\d.]* [KM]B/s$' | Should -Not -BeNullOrEmpty -Because "of Import-LxcImage was shown: $($lines -match '^Import-LxcImage')"
    }

    It 'are refused with the reason, and nothing stays' {
        $bad = "$LxcPath/.bad"
        [void] [IO.Directory]::CreateDirectory("$bad/rootfs/etc")
        Copy-Item "$($one.LxcPath)/source/config" "$bad/config"
        & tar '-cf' "$shared/shifted.tar" '-C' $bad config rootfs
        & mknod "$bad/rootfs/etc/evil" b 8 0
        & tar '-cf' "$shared/device.tar" '-C' $bad config rootfs
        [IO.File]::WriteAllText("$shared/text.tar", 'x' * 4096)
        $lines = Invoke-As $two @"
Import-LxcContainer $shared/source.tar.gz -Name taken
Import-LxcContainer $shared/shifted.tar -Name bad
Import-LxcContainer $shared/device.tar -Name bad
Import-LxcContainer $shared/device.tar -Name bad -Trust
Import-LxcContainer $shared/text.tar -Name bad
Export-LxcContainer nosuch $shared/nosuch.tar
Export-LxcContainer taken $shared/made.tar
"@
        $lines[0] | Should -BeLike 'error|ContainerExists|*'
        $lines[1] | Should -BeLike 'error|ArchiveRefused|*ids of the host*|Export it with Export-LxcContainer*'
        $lines[2] | Should -BeLike 'error|ArchiveRefused|*evil: a device node*'
        $lines[3] | Should -BeLike 'error|ArchiveFailed|*evil*'
        $lines[4] | Should -BeLike 'error|ArchiveFailed|*not a tar archive*'
        $lines[5] | Should -BeLike 'error|ContainerNotFound|*'
        $lines[6] | Should -BeLike 'error|ArchiveFailed|*is there already*'
        $lines | Should -HaveCount 7
        (Get-ChildItem $two.LxcPath -Force).Name | Should -Be 'laid', 'made', 'taken'
    }

    It 'reach nothing of the user''s own beside the container, whatever is unpacked' {
        # tar itself: what a hostile archive would have it do, without the judgement before.
        [void] [IO.Directory]::CreateDirectory("$($two.Home)/victim")
        & chown "$($two.Id):$($two.Id)" "$($two.Home)/victim"
        $helper = Get-ChildItem $module -Recurse -Filter lxcps-monitor | Select-Object -First 1
        $maps = "'u 0 $($first + 200000) 65536' 'g 0 $($first + 200000) 65536' 'u 65536 $($two.Id) 1' 'g 65536 $($two.Id) 1'"
        $lines = Invoke-As $two "Set-Location `$HOME/.local/share/lxc/taken; & sh -c ""$($helper.FullName) run - - - $maps -- $($helper.FullName) lxcps-monitor unpack --no-devices . /bin/sh sh -c 'echo in > inside; echo out > `$HOME/victim/file; echo out > /tmp/file-$Unique' 2>&1"""
        $lines | Where-Object { $_ -match 'Read-only' } | Should -HaveCount 2
        [IO.File]::Exists("$($two.LxcPath)/taken/inside") | Should -BeTrue
        Get-ChildItem "$($two.Home)/victim" | Should -BeNullOrEmpty
    }
}

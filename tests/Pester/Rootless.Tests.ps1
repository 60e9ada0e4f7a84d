BeforeDiscovery {
    $missing = 'setpriv', 'unshare', 'newuidmap', 'newgidmap' | Where-Object { -not (Get-Command $_ -CommandType Application -ErrorAction Ignore) }
    if ($missing) { Write-Warning "Containers of users are not tested: $($missing -join ', ') is missing" }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Rootless.ps1
    $first = 1500000000
    $one = New-User lxcpsone 60711 "$($first):65536", "$($first + 100000):1000"
    $two = New-User lxcpstwo 60712 "$($first + 200000):65536"
    Register-UserProfile

    function Get-Owner {
        # The owners of all files of a directory, user and group, each once.
        param([string] $Path)
        @(& find $Path -printf '%U:%G\n' | Sort-Object -Unique)
    }
}

AfterAll {
    Unregister-UserProfile
    Remove-UserContainers $one, $two
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'The containers of a user who is not root' -Skip:([bool] $missing) {
    It 'are made with all of the user''s subordinate ids, and their files have those of the container on disk' {
        Invoke-As $one '(New-LxcContainer life -Template Busybox).LxcPath' | Should -Be $one.LxcPath
        $config = [IO.File]::ReadAllLines("$($one.LxcPath)/life/config")
        $config | Should -Contain "lxc.idmap = u 0 $first 65536"
        $config | Should -Contain "lxc.idmap = u 65536 $($first + 100000) 1000"
        $config | Should -Contain "lxc.idmap = g 65536 $($first + 100000) 1000"
        $config | Should -Contain 'lxc.net.0.type = empty'
        $config | Should -Not -Match 'idmap=|devices'
        Get-Owner "$($one.LxcPath)/life/rootfs" | Should -Be "$($first):$first"
        & stat '-c' '%u:%g %a' "$($one.LxcPath)/life" | Should -Be "$($one.Id):$($one.Id) 770"
    }

    It 'start, under the ids that were written, with their own namespaces, a seccomp filter and no capability outside' {
        $warnings = @(Invoke-As $one 'Start-LxcContainer life')
        $warnings.Count | Should -BeLessOrEqual 1
        $warnings | Should -BeLike 'warning|life: The container stays in the cgroup of this session*'
        $init = (Get-LxcContainer life -LxcPath $one.LxcPath).ProcessId
        $map = [IO.File]::ReadAllText("/proc/$init/uid_map") -replace '\s+', ' '
        $map.Trim() | Should -Be "0 $first 65536 65536 $($first + 100000) 1000"
        $status = [IO.File]::ReadAllText("/proc/$init/status")
        $status | Should -Match "(?m)^Uid:\s+$first\s+$first\s+$first\s+$first"
        $status | Should -Match "(?m)^Groups:\s*$" -Because 'the groups of whoever started it are not its'
        $status | Should -Match '(?m)^Seccomp:\s+2'
        foreach ($kind in 'user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup') {
            [IO.FileInfo]::new("/proc/$init/ns/$kind").LinkTarget | Should -Not -Be ([IO.FileInfo]::new("/proc/self/ns/$kind").LinkTarget)
        }
    }

    It 'are entered by their user, as their root' {
        $lines = Invoke-As $one @'
Invoke-LxcCommand life sh -ArgumentList '-c', 'id -u; id -G; hostname; cat /proc/self/gid_map; echo mine > /root/made; stat -c %u:%g /root/made; ls /sys/class/net; test -c /dev/null && echo x > /dev/null && echo device; mknod /tmp/n b 8 0 2>&1'
'@
        $lines[0..2] | Should -Be '0', '0', 'life'
        $lines[3].Trim() -replace '\s+', ' ' | Should -Be "0 $first 65536"
        $lines[5..7] | Should -Be '0:0', 'lo', 'device'
        $lines[8] | Should -Match 'not permitted'
        & stat '-c' '%u:%g' "$($one.LxcPath)/life/rootfs/root/made" | Should -Be "$($first):$first"
        Invoke-As $one 'Invoke-LxcCommand life cat /proc/self/status' | Where-Object { $_ -match '^(Seccomp|CapBnd):' } | Should -HaveCount 2
    }

    It 'are nothing that another user can see, enter or stop' {
        $lines = Invoke-As $two "Get-LxcContainer -LxcPath $($one.LxcPath); Stop-LxcContainer life -LxcPath $($one.LxcPath) -Kill
Invoke-LxcCommand life true -LxcPath $($one.LxcPath); Start-LxcContainer life -LxcPath $($one.LxcPath); Remove-LxcContainer life -Force -LxcPath $($one.LxcPath)"
        $lines | Should -HaveCount 5
        $lines | Should -BeLike 'error|PermissionDenied|PermissionDenied|*'
        # The command socket has no owner in the file system; 2 is Stop.
        $answer = Invoke-As $two @"
`$socket = [Net.Sockets.Socket]::new('Unix', 'Stream', 'Unspecified')
`$socket.Connect([Net.Sockets.UnixDomainSocketEndPoint]::new("``0$($one.LxcPath)/life/command"))
[void] `$socket.Send([byte[]] ([BitConverter]::GetBytes(2) + [byte[]]::new(12)))
`$answer = [byte[]]::new(64)
`$length = `$socket.Receive(`$answer)
"`$length `$([BitConverter]::ToInt32(`$answer, 0))"
"@
        $answer | Should -Be '16 -1'
        (Get-LxcContainer life -LxcPath $one.LxcPath).State | Should -Be 'Running'
    }

    It 'are root''s to enter and to stop' {
        Invoke-LxcCommand life hostname -LxcPath $one.LxcPath | Should -Be 'life'
        Stop-LxcContainer life -LxcPath $one.LxcPath -Kill
        Invoke-As $one '(Get-LxcContainer life).State' | Should -Be 'Stopped'
    }

    It 'shut down, restart, wait, are changed and renamed by their user' {
        $lines = Invoke-As $one @'
$WarningPreference = 'Ignore'
Start-LxcContainer life
$before = (Get-LxcContainer life).ProcessId
Restart-LxcContainer life -Kill
(Get-LxcContainer life).ProcessId -ne $before
Stop-LxcContainer life
(Wait-LxcContainer life -State Stopped -Timeout 10 -PassThru).State
Set-LxcContainer life -AutoStart $true
(Get-LxcContainer life).AutoStart
Rename-LxcContainer life renamed
(Get-LxcContainer).Name
Start-LxcContainer renamed -Command sh -ArgumentList '-c', 'id -u; exit 7'; $LASTEXITCODE
'@
        $lines | Should -Be 'True', 'Stopped', 'True', 'renamed', '0', '7'
    }

    It 'are gone with all of their files when they are removed, whoever owns them' {
        $lines = Invoke-As $one @'
$WarningPreference = 'Ignore'
Start-LxcContainer renamed
Invoke-LxcCommand renamed sh -ArgumentList '-c', 'mkdir -p /srv/a/b && touch /srv/a/b/c && chown -R 1234:4321 /srv/a && chmod 0700 /srv/a && chown 66000:66000 /tmp'
'@
        $lines | Should -BeNullOrEmpty
        Get-Owner "$($one.LxcPath)/renamed/rootfs/srv/a" | Should -Be "$($first + 1234):$($first + 4321)"
        Get-Owner "$($one.LxcPath)/renamed/rootfs/tmp" | Should -Be "$($first + 100464):$($first + 100464)"
        Invoke-As $one 'Remove-LxcContainer renamed -Force' | Should -BeNullOrEmpty
        [IO.Directory]::GetFileSystemEntries($one.LxcPath) | Should -BeNullOrEmpty
    }

    It 'are made of archives and directories, with the owners in there' {
        $tree = "$LxcPath/.tree"
        foreach ($directory in 'bin', 'etc', 'dev') { [void] [IO.Directory]::CreateDirectory("$tree/$directory") }
        Copy-Item /bin/busybox "$tree/bin/busybox"
        Set-Content "$tree/etc/owned" x
        & chown 12:34 "$tree/etc/owned"
        & tar '-cf' "$LxcPath/.tree.tar" '-C' $tree .
        Invoke-As $one "(New-LxcContainer archive -Template $LxcPath/.tree.tar).Name; (New-LxcContainer directory -Template $tree).Name" | Should -Be 'archive', 'directory'
        foreach ($name in 'archive', 'directory') {
            & stat '-c' '%u:%g' "$($one.LxcPath)/$name/rootfs/etc/owned" | Should -Be "$($first + 12):$($first + 34)"
        }

        # What is the user's own becomes the container's root's, for an archive that a user unpacks is all his.
        & chown '-R' "$($one.Id):$($one.Id)" $tree
        Invoke-As $one "(New-LxcContainer own -Template $tree).Name; Remove-LxcContainer archive, directory -Confirm:`$false" | Should -Be 'own'
        Get-Owner "$($one.LxcPath)/own/rootfs" | Should -Be "$($first):$first"
        Invoke-As $one "Remove-LxcContainer own -Confirm:`$false" | Should -BeNullOrEmpty
    }

    It 'are cleared away where a making or a removal was cut off, also the files of other ids' {
        foreach ($name in 'cut', '.gone.removing-0123abcd') {
            [void] [IO.Directory]::CreateDirectory("$($one.LxcPath)/$name/rootfs/closed")
            Set-Content "$($one.LxcPath)/$name/rootfs/closed/file" x
            & chown '-R' "$($one.Id):$($one.Id)" "$($one.LxcPath)/$name"
            & chown '-R' "$($first + 7):$($first + 7)" "$($one.LxcPath)/$name/rootfs"
            & chmod 700 "$($one.LxcPath)/$name/rootfs/closed"
        }

        Set-Content "$($one.LxcPath)/cut/partial" ''
        & chown $one.Id "$($one.LxcPath)/cut/partial"
        Invoke-As $one '(New-LxcContainer cut -Template Busybox).Name' | Should -Be 'cut'
        [IO.Directory]::GetFileSystemEntries($one.LxcPath) | Should -Be "$($one.LxcPath)/cut"
        Get-Owner "$($one.LxcPath)/cut/rootfs" | Should -Be "$($first):$first"
    }

    It 'end with their monitor, and start again after it was killed' {
        Invoke-As $one '$WarningPreference = "Ignore"; Start-LxcContainer cut'
        $init = (Get-LxcContainer cut -LxcPath $one.LxcPath).ProcessId
        $monitor = Get-ProcessTable | Where-Object { $_.CommandLine -like "?lxc monitor? $($one.LxcPath) cut" }
        $monitor | Should -HaveCount 1
        & stat '-c' %u "/proc/$($monitor.Id)" | Should -Be $one.Id
        Stop-Process -Id $monitor.Id -Force
        Wait-Until { -not [IO.Directory]::Exists("/proc/$init") } | Should -BeTrue
        Invoke-As $one '$WarningPreference = "Ignore"; Start-LxcContainer cut; (Get-LxcContainer cut).State; Remove-LxcContainer cut -Force' | Should -Be 'Running'
        [IO.Directory]::GetFileSystemEntries($one.LxcPath) | Should -BeNullOrEmpty
        find "$($one.Home)/.cache/lxc/run/lxcps" -type f | Should -BeNullOrEmpty
    }

    It 'are what Test-LxcHost judges for their user' {
        $lines = Invoke-As $one 'Test-LxcHost -Quiet; Test-LxcHost Capabilities, newuidmap, "Subordinate user ids", /run | Sort-Object Name | ForEach-Object { "$($_.Name)|$($_.IsRequired)|$($_.IsAvailable)" }'
        $lines | Should -Be 'True', '/run|False|False', 'Capabilities|False|False', 'newuidmap|True|True', 'Subordinate user ids|True|True'
        Invoke-As $two 'Test-LxcHost -Quiet' 'mount --bind /dev/null /etc/subuid' | Should -Be 'False'
    }

    It 'leave nothing when their making fails' {
        Set-Content "$LxcPath/.bad.tar" ('x' * 4096)
        $lines = Invoke-As $one "New-LxcContainer bad -Template $LxcPath/.bad.tar; New-LxcContainer bad; New-LxcContainer bad -Privileged"
        $lines | Should -HaveCount 3
        $lines[0] | Should -BeLike 'error|TemplateFailed|*'
        $lines[1] | Should -BeLike 'error|TemplateFailed|*Host*root only*|*Busybox*'
        $lines[2] | Should -BeLike 'error|PermissionDenied|PermissionDenied|*'
        [IO.Directory]::GetFileSystemEntries($one.LxcPath) | Should -BeNullOrEmpty
    }
}

Describe 'What a user''s container cannot have' -Skip:([bool] $missing) {
    BeforeAll {
        Invoke-As $one 'New-LxcContainer refused -Template Busybox' | Should -Not -BeLike 'error*'
    }

    AfterEach {
        (Get-LxcContainer refused -LxcPath $one.LxcPath).State | Should -Be 'Stopped'
    }

    It 'is refused with the key and what to do instead: <Key>' -ForEach @(
        @{ Key = 'lxc.rootfs.options'; Value = 'idmap=container'; Id = 'PermissionDenied'; Advice = '*' }
        @{ Key = 'lxc.mount.entry'; Value = '/etc/hostname etc/host none bind,create=file,idmap=container'; Id = 'PermissionDenied'; Advice = '*idmap=*' }
        @{ Key = 'lxc.namespace.keep'; Value = 'user'; Id = 'PermissionDenied'; Advice = '*lxc.idmap*' }
        @{ Key = 'lxc.cgroup2.pids.max'; Value = '10'; Id = 'CgroupRefused'; Advice = '*systemd-run --user --scope -p Delegate=yes*' }
    ) {
        $lines = @(Invoke-As $one "`$WarningPreference = 'Ignore'; Start-LxcContainer refused -Config @{ '$Key' = '$Value' }")
        $lines | Should -HaveCount 1
        $lines | Should -BeLike "error|$Id|PermissionDenied|*|$Advice"
    }

    It 'is an id that nobody gave the user, and the line that would is named' {
        $lines = @(Invoke-As $one "`$maps = 'u 0 $($first + 200000) 65536', 'g 0 $first 65536'
Set-LxcContainer refused -Config @{ 'lxc.idmap' = `$maps }; Start-LxcContainer refused")
        $lines | Should -HaveCount 1
        $lines | Should -BeLike "error|IdMapFailed|*newuidmap*not allowed*|*lxcpsone:$($first + 200000):65536 to /etc/subuid*"
        $lines = @(Invoke-As $two 'New-LxcContainer other -Template Busybox' 'mount --bind /dev/null /etc/subgid')
        $lines | Should -BeLike 'error|IdMapFailed|*/etc/subgid|*usermod*'
    }

    It 'is a map without the programs that write it' {
        $hide = 'for p in newuidmap newgidmap; do mount --bind /dev/null "$(command -v $p)"; done'
        $lines = @(Invoke-As $one 'Start-LxcContainer refused' $hide)
        $lines | Should -HaveCount 1
        $lines | Should -BeLike 'error|IdMapFailed|*newgidmap*not installed|*apt-get install uidmap*'
        @(Invoke-As $one 'New-LxcContainer another -Template Busybox' $hide) | Should -BeLike 'error|IdMapFailed|*apt-get install uidmap*'
        [IO.Directory]::GetFileSystemEntries($one.LxcPath) | Should -Be "$($one.LxcPath)/refused"
    }

    It 'is not needed for a map of the user''s own id, which the kernel lets him write' {
        & chown '-R' "$($one.Id):$($one.Id)" "$($one.LxcPath)/refused/rootfs"
        $hide = 'for p in newuidmap newgidmap; do mount --bind /dev/null "$(command -v $p)"; done'
        $lines = Invoke-As $one "`$WarningPreference = 'Ignore'
Set-LxcContainer refused -Config @{ 'lxc.idmap' = 'u 0 $($one.Id) 1', 'g 0 $($one.Id) 1' }
Start-LxcContainer refused
Invoke-LxcCommand refused sh -ArgumentList '-c', 'id -u; cat /proc/self/setgroups'
Suspend-LxcContainer refused
Stop-LxcContainer refused -Kill" $hide
        $lines[0..1] | Should -Be '0', 'deny'
        $lines[2] | Should -BeLike 'error|CgroupControllerMissing|*|*Delegate=yes*'
        $lines | Should -HaveCount 3
    }
}

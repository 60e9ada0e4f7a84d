BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1

    # Secrets of an administrator below /usr, where they do not belong and yet are put: readable for root alone, and by their names.
    $secrets = "/usr/local/lxcps-test-$Unique"
    [void] [IO.Directory]::CreateDirectory("$secrets/closed")
    [IO.File]::WriteAllText("$secrets/plain", "open to all`n")
    [IO.File]::WriteAllText("$secrets/secret", "SECRET-$Unique`n")
    [IO.File]::WriteAllText("$secrets/server.key", "SECRET-$Unique`n")
    [IO.File]::WriteAllText("$secrets/closed/inside", "SECRET-$Unique`n")
    chmod 644 "$secrets/plain" "$secrets/server.key" "$secrets/closed/inside"
    chmod 600 "$secrets/secret"
    chmod 700 "$secrets/closed"

    # And among the packages' own files, where one is told by its mode alone.
    $library = "/usr/lib/lxcps-test-$Unique"
    [void] [IO.Directory]::CreateDirectory($library)
    foreach ($file in 'open.key', 'closed', 'program') {
        [IO.File]::WriteAllText("$library/$file", "$file $Unique`n")
    }

    chmod 644 "$library/open.key"
    chmod 600 "$library/closed"
    chmod 711 "$library/program"
    $name = "host-$Unique"
    $created = New-LxcContainer $name

    function Invoke-Inside {
        # The lines that a shell in the container writes, standard error among them.
        param([string] $Script, [string] $Name = $name)
        @(Start-LxcContainer $Name -Command /bin/sh -ArgumentList '-c', "exec 2>&1; $Script")
    }

    function Get-Readable {
        # Those of the host's paths that the container's root can read.
        param([string[]] $Path)
        [IO.File]::WriteAllLines("$LxcPath/$name/rootfs/root/paths", $Path)
        @(Start-LxcContainer $name -Command /bin/sh -ArgumentList '-c',
            'while IFS= read -r path; do if [ -d "$path" ]; then ls -A "$path" 2>/dev/null | head -n 1; elif head -c 1 "$path" >/dev/null 2>&1; then echo "$path"; fi; done < /root/paths')
    }
}

AfterAll {
    foreach ($directory in $secrets, $library) {
        if ($directory -and [IO.Directory]::Exists($directory)) {
            [IO.Directory]::Delete($directory, $true)
        }
    }

    Assert-NothingLeft
}

Describe 'The template Host' -Tag Vm {
    It 'is the default, and makes an unprivileged container' {
        $created | Should -BeOfType ([LxcPS.LxcContainer])
        $created.Unprivileged | Should -BeTrue
        $created.Rootfs | Should -BeLike "*$LxcPath/$name/rootfs" -Because 'the root is its own, and never the host''s'
        [IO.FileInfo]::new("/proc/$PID/root").LinkTarget | Should -Be '/'
    }

    It 'runs the host''s own programs' {
        Invoke-Inside 'sha256sum < /usr/bin/find' | Should -Be (sh -c 'sha256sum < /usr/bin/find')
        Invoke-Inside 'id -u; pwd' | Should -Be '0', '/'
    }

    It 'has a host name, hosts and a machine-id of its own' {
        Invoke-Inside 'cat /etc/hostname; hostname' | Should -Be $name, $name
        Invoke-Inside 'cat /etc/hosts' | Should -Contain "127.0.1.1 $name"
        $id = Invoke-Inside 'cat /etc/machine-id'
        $id | Should -Match '^[0-9a-f]{32}$'
        $other = New-LxcContainer "other-$Unique"
        Invoke-Inside 'cat /etc/machine-id' -Name $other.Name | Should -Not -Be $id
        if ([IO.File]::Exists('/etc/machine-id')) {
            $id | Should -Not -Be ([IO.File]::ReadAllText('/etc/machine-id').Trim())
        }
    }

    It 'has <_> of its own' -ForEach '/proc', '/sys', '/dev' {
        # Of the container's namespaces: file systems that the host has not mounted.
        $device = Invoke-Inside "stat -c %d $_"
        $device | Should -Match '^\d+$'
        $device | Should -Not -Be (stat -c %d $_)
    }

    It 'has an empty <_> of its own' -ForEach '/tmp', '/home', '/srv', '/mnt', '/var/lib/lxc' {
        Invoke-Inside "ls -A $_ | grep -v systemd-private" | Should -BeNullOrEmpty
    }

    It 'sees no process, mount or unit of the host' {
        Invoke-Inside 'ls /proc | grep -c "^[0-9]"' | ForEach-Object { [int] $_ } | Should -BeLessThan 8
        Invoke-Inside 'ls -A /root' | Where-Object { $_ -ne 'paths' } | Should -BeNullOrEmpty
        Invoke-Inside 'grep -c " /old_root\| /work" /proc/self/mounts' | Should -Be '0'
    }

    It 'has its own accounts: nobody''s password hash, and no account can log in by one' {
        $hashes = Invoke-Inside 'cut -d: -f2 /etc/shadow' | Sort-Object -Unique
        $hashes | Where-Object { $_ -notmatch '^[!*]+$' } | Should -BeNullOrEmpty
        Invoke-Inside 'stat -c %a /etc/shadow' | Should -Match '^6[04]0$'
        Invoke-Inside 'cut -d: -f1 /etc/passwd' | Should -Contain 'root'
    }
}

Describe 'A boot of the template Host' -Tag Vm {
    It 'has the host name of the configuration, and shuts down when asked' {
        $name = "boot-$Unique"
        [void] (New-LxcContainer $name -Config @{ 'lxc.uts.name' = 'special' })
        [IO.File]::ReadAllText("$LxcPath/$name/rootfs/etc/hostname") | Should -BeExactly "special`n"
        Start-LxcContainer $name
        # An init that catches no signal yet would not hear of the halt.
        $id = (Get-LxcContainer $name).ProcessId
        Wait-Until { [IO.File]::ReadAllText("/proc/$id/status") -match '(?m)^SigBlk:\s+0*[1-9a-f]' } -Seconds 30 | Should -BeTrue
        Invoke-LxcCommand $name hostname | Should -Be 'special'
        Stop-LxcContainer $name -NoKill -Timeout 60
        (Get-LxcContainer $name).State | Should -Be Stopped
        Remove-LxcContainer $name -Confirm:$false
    }
}

Describe 'Secrets of the host in the template Host' {
    It 'keeps from its root every file of /etc that is not for all on the host' {
        # Made anew under the same name: what is in it is tested above.
        $own = '/etc/shadow', '/etc/gshadow', '/etc/.pwd.lock'
        $closed = @(find /etc -xdev '(' -type d '!' -perm -005 -o -type f '!' -perm -004 ')' -print | Where-Object { $_ -notin $own })
        $closed.Count | Should -BeGreaterThan 0
        Get-Readable $closed | Should -BeNullOrEmpty
    }

    It 'keeps from its root the administrator''s files below /usr/local that are not for all, or that are keys by name' {
        $readable = Get-Readable "$secrets/plain", "$secrets/secret", "$secrets/server.key", "$secrets/closed/inside", "$secrets/closed"
        $readable | Should -Be "$secrets/plain"
        Invoke-Inside "grep -r SECRET-$Unique /usr/local | head -n 1" | Should -BeNullOrEmpty
    }

    It 'keeps from its root every file of the shared directories that is not for all on the host' {
        $closed = @(find /usr /var/lib/dpkg /var/lib/apt -xdev '(' -type d '!' -perm -005 -o -type f '!' -perm /005 ')' -print 2>/dev/null)
        $closed | Should -Contain "$library/closed"
        Get-Readable $closed | Should -BeNullOrEmpty
        Get-Readable "$library/open.key", "$library/program" | Should -Be "$library/open.key", "$library/program" -Because 'a package''s program is no secret'
    }

    It 'has neither private keys nor homes, nor the containers of the host' {
        Get-Readable @(find /etc -xdev -type f '(' -name 'ssh_host_*_key' -o -name '*.key' ')' -print) | Should -BeNullOrEmpty
        Invoke-Inside 'grep -rl -e "-BEGIN .*PRIVATE KEY-" /etc 2>/dev/null | head -n 1' | Should -BeNullOrEmpty
        Invoke-Inside 'ls -A /root /home /var/lib/lxc | grep -v ":$" | grep -v "^paths$"' | Where-Object { $_ } | Should -BeNullOrEmpty
    }

    It 'shows no secret through a file system that is mounted again' {
        # What root of a user namespace may try: the lower layer and the host's disk are out of its reach.
        $lines = Invoke-Inside "mount -t overlay o -o lowerdir=/usr /mnt; cat /mnt/local/lxcps-test-$Unique/secret; umount /usr; cat $secrets/secret; mount --bind / /mnt; cat /mnt$secrets/secret"
        $lines -match "SECRET-$Unique" | Should -BeNullOrEmpty
        [IO.File]::ReadAllText("$secrets/secret") | Should -BeExactly "SECRET-$Unique`n"
    }
}

Describe 'Writes to the template Host' -Tag Vm {
    It 'go to the container''s own layer, never to the host' {
        $before = sh -c 'sha256sum /usr/bin/find; stat -c "%i %s %Y %a" /usr/bin/find; ls -A /usr /usr/local /usr/bin | sha256sum'
        Invoke-Inside "echo mine > /usr/local/mine; rm /usr/bin/find; echo changed >> $secrets/plain; chmod 777 /usr/bin/env; mkdir /usr/new; echo done" |
            Should -Be 'done'
        sh -c 'sha256sum /usr/bin/find; stat -c "%i %s %Y %a" /usr/bin/find; ls -A /usr /usr/local /usr/bin | sha256sum' | Should -Be $before
        [IO.File]::ReadAllText("$secrets/plain") | Should -BeExactly "open to all`n"
        [IO.File]::Exists('/usr/local/mine') | Should -BeFalse
    }

    It 'last over a restart, and are the one container''s alone' {
        Invoke-Inside "cat /usr/local/mine; tail -n 1 $secrets/plain; test -e /usr/bin/find || echo gone" | Should -Be 'mine', 'changed', 'gone'
        Invoke-Inside "ls /usr/local/mine /usr/bin/find" -Name "other-$Unique" | Should -Contain '/usr/bin/find'
        Invoke-Inside "cat $secrets/plain" -Name "other-$Unique" | Should -Be 'open to all'
    }

    It 'go away with the container' {
        Remove-LxcContainer "other-$Unique" -Confirm:$false
        [IO.Directory]::Exists("$LxcPath/other-$Unique") | Should -BeFalse
        [IO.File]::Exists('/usr/bin/find') | Should -BeTrue
    }
}

Describe 'Faults of the template Host' {
    It 'is refused below /usr, which it shares' {
        Assert-OneError (Get-Outcome { New-LxcContainer "bad-$Unique" -LxcPath "$secrets/lxc" }) TemplateFailed InvalidOperation "bad-$Unique"
        [IO.Directory]::Exists("$secrets/lxc/bad-$Unique") | Should -BeFalse
    }

    It 'says that the disk is full, and gives all of it back' {
        $disk = "$LxcPath/disk"
        [void] [IO.Directory]::CreateDirectory($disk)
        mount -t tmpfs -o size=400k lxcps-test-disk $disk
        try {
            Assert-OneError (Get-Outcome { New-LxcContainer "full-$Unique" -LxcPath $disk }) StorageFull LimitsExceeded "full-$Unique"
            [IO.Directory]::GetFileSystemEntries($disk) | Should -BeNullOrEmpty
        }
        finally {
            umount $disk
            [IO.Directory]::Delete($disk)
        }
    }
}

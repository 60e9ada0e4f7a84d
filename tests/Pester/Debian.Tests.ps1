BeforeDiscovery {
    $noUsers = [bool] ('setpriv', 'unshare', 'newuidmap', 'newgidmap' | Where-Object { -not (Get-Command $_ -CommandType Application -ErrorAction Ignore) })
    if ($noUsers) { Write-Warning 'A Debian of a user is not tested: setpriv, unshare, newuidmap or newgidmap is missing' }
}

# A stock Debian: made of its packages, booted unprivileged, with a network, packages, a service, a reboot and a clean end.
BeforeAll {
    . "$PSScriptRoot/Common.ps1"
    . "$PSScriptRoot/Probe.ps1"
    . "$PSScriptRoot/Expect.ps1"
    $name = "debian-$Unique"
    $again = "again-$Unique"
}

AfterAll {
    Remove-TestContainers
}

Describe 'A stock Debian' {
    BeforeAll {
        # A host's side of a veth pair, and behind it what a mirror behind a proxy is to apt: no change of the host's own network.
        $address = '10.213.77.1'
        $made = New-LxcContainer $name -Template Debian -Release bookworm -Config @{
            'lxc.net.0.type' = 'veth'; 'lxc.net.0.flags' = 'up'; 'lxc.net.0.ipv4.address' = '10.213.77.2/24'
            'lxc.net.0.veth.pair' = "lxps$PID"
        }
    }

    It 'is made in a line, with what was changed in its configuration' -Tag Vm {
        $made.State | Should -Be 'Stopped'
        $text = Get-Content "$LxcPath/$name/config" | Where-Object { $_.StartsWith('#') }
        $text[0] | Should -Match '^# Made from the image debian/bookworm/\w+/default, [0-9a-f]{64}$'
        $text -match 'Masked, as .*: ' | Should -Not -BeNullOrEmpty
        $image = Get-LxcImage debian/bookworm
        $image.UsedBy | Should -Be "$LxcPath/$name"
        $image.Size | Should -BeGreaterThan 100MB
    }

    It 'boots to running, without a failed unit' -Tag Vm {
        Start-LxcContainer $name
        Wait-Boot $name
        Invoke-LxcCommand $name systemctl '--failed', '--plain', '--no-legend' | Should -BeNullOrEmpty
        (Get-LxcContainer $name).Unprivileged | Should -BeTrue
        Invoke-LxcCommand $name hostname | Should -Be $name
        Invoke-LxcCommand $name cat /etc/machine-id | Should -Match '^[0-9a-f]{32}$'
        Invoke-LxcCommand $name sh '-c', '. /etc/os-release; echo $VERSION_CODENAME' | Should -Be 'bookworm'
        Invoke-LxcCommand $name touch /root/kept
    }

    It 'is confined' -Tag AppArmor {
        [IO.File]::ReadAllText("/proc/$((Get-LxcContainer $name).ProcessId)/attr/apparmor/current") | Should -Match "^lxc-$name"
    }

    It 'has the network that it was given, installs a package over it and serves what listens' {
        $proxy = $null
        try {
            ip addr add "$address/24" dev "lxps$PID"
            $start = [Diagnostics.ProcessStartInfo]::new('python3')
            $start.ArgumentList.Add("$PSScriptRoot/proxy.py")
            $start.ArgumentList.Add($address)
            $start.RedirectStandardOutput = $true
            $proxy = [Diagnostics.Process]::Start($start)
            $port = $proxy.StandardOutput.ReadLine()
            $script = "export http_proxy=http://${address}:$port DEBIAN_FRONTEND=noninteractive; apt-get -qq update && apt-get -qq install -y --no-install-recommends netcat-openbsd"
            Invoke-LxcCommand $name sh '-c', "$script >/tmp/log 2>&1 || { tail -5 /tmp/log; exit 1; }" | Should -BeNullOrEmpty
            $LASTEXITCODE | Should -Be 0
            Invoke-LxcCommand $name systemd-run '--unit=listening', 'sh', '-c', 'while :; do echo served | nc -lN 8080; done' 2>$null
            Wait-Until { Invoke-LxcCommand $name sh '-c', 'ss -ltn | grep -q :8080 && echo yes' } | Should -BeTrue
            $client = [Net.Sockets.TcpClient]::new('10.213.77.2', 8080)
            [IO.StreamReader]::new($client.GetStream()).ReadLine() | Should -Be 'served'
            $client.Dispose()
        }
        finally {
            if ($proxy) {
                $proxy.Kill()
                $proxy.Dispose()
            }
        }
    }

    It 'reboots from inside' -Tag Vm {
        $before = (Get-LxcContainer $name).ProcessId
        $id = Invoke-LxcCommand $name cat /etc/machine-id
        Invoke-LxcCommand $name systemctl reboot
        Wait-Reboot $name $before -Seconds 120
        Wait-Boot $name
        Invoke-LxcCommand $name cat /etc/machine-id | Should -Be $id -Because 'it was made at the first boot, and kept'
        Invoke-LxcCommand $name ls /root/kept | Should -Be '/root/kept'
    }

    It 'has a second one in a moment, with an identity of its own' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        New-LxcContainer $again -Template Debian -Release bookworm | Start-LxcContainer
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        @(Get-LxcImage).Count | Should -Be 1
        Wait-Boot $again
        Invoke-LxcCommand $again cat /etc/machine-id | Should -Not -Be (Invoke-LxcCommand $name cat /etc/machine-id)
        Invoke-LxcCommand $again hostname | Should -Be $again
        Invoke-LxcCommand $name ls /usr/bin/nc, /root/kept | Should -Be '/root/kept', '/usr/bin/nc'
        Invoke-LxcCommand $again sh '-c', 'ls /usr/bin/nc /root/kept 2>/dev/null' | Should -BeNullOrEmpty
    }

    It 'shuts down cleanly' -Tag Vm {
        # Within the time that LXC gives a container to shut down.
        Get-LxcContainer | Stop-LxcContainer -Timeout 60 -NoKill
        Get-LxcContainer | Where-Object State -ne Stopped | Should -BeNullOrEmpty
    }

    It 'names a release that there is not, and leaves nothing' {
        $outcome = Get-Outcome { New-LxcContainer "none-$Unique" -Template Debian -Release no-such-release }
        $outcome.Errors[0].FullyQualifiedErrorId | Should -Be 'TemplateFailed,LxcPS.Commands.NewLxcContainerCommand'
        $outcome.Errors[0].Exception.Message | Should -Match 'debian/no-such-release.*mmdebstrap'
        Get-LxcContainer "none-*" | Should -BeNullOrEmpty
        (Get-ChildItem "$LxcPath/.images" -Force -Filter '.*') | Should -BeNullOrEmpty
    }
}

Describe 'A stock Debian of a user who is not root' -Tag Vm -Skip:$noUsers {
    BeforeAll {
        . $PSScriptRoot/Rootless.ps1
        $user = New-User lxcpsdebian 60714 '1600000000:65536'
        Register-UserProfile

        # What a manager of sessions delegates: v2's cgroups, and on a hybrid host those by which systemd tells its services apart.
        $roots = @(Get-Content /proc/mounts | Where-Object { $_ -match '^\S+ (\S+) cgroup2 |^\S+ (\S+) cgroup \S*name=systemd' } | ForEach-Object { $_.Split(' ')[1] })
        $mine = "lxcps-$Unique"
        New-Delegation $user @(foreach ($root in $roots) { "$root/$mine", "$root/$mine/session" })
        $enter = ($roots | ForEach-Object { "echo `$`$ > $_/$mine/session/cgroup.procs" }) -join '; '
        $archive = "$LxcPath/.debian.tar"
        Export-LxcImage debian/bookworm $archive
        & chmod 644 $archive
    }

    AfterAll {
        Unregister-UserProfile
        Remove-UserContainers $user
        foreach ($root in $roots) { Remove-Delegation "$root/$mine" | Should -BeNullOrEmpty }
    }

    It 'boots to running below a delegated cgroup, without a failed unit, and shuts down cleanly' {
        $lines = @(Invoke-As $user @"
[void] (Import-LxcImage $archive)
[void] (New-LxcContainer own -Image debian/bookworm)
Start-LxcContainer own
Invoke-LxcCommand own sh '-c' 'until [ -S /run/systemd/private ]; do sleep 0.1; done; systemctl is-system-running --wait; systemctl --failed --plain --no-legend' -Timeout 240
Invoke-LxcCommand own sh '-c' 'grep ^0: /proc/1/cgroup; systemd-run --quiet --wait --pipe grep ^0: /proc/self/cgroup'
Stop-LxcContainer own -Timeout 60 -NoKill
(Get-LxcContainer own).State
Remove-LxcContainer own -Confirm:`$false
"@ $enter)
        $lines[0..1] | Should -Be 'running', '0::/init.scope'
        $lines[2] | Should -Match '^0::/system\.slice/run-\S+\.service$'
        $lines[3..9] | Should -Be 'Stopped'
    }
}

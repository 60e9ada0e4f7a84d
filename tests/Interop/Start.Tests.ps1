BeforeDiscovery {
    . $PSScriptRoot/Missing.ps1
    $containers = foreach ($maker in 'Ours', 'Theirs') { foreach ($kind in 'privileged', 'unprivileged') { @{ Maker = $maker; Kind = $kind } } }
}

BeforeAll {
    . $PSScriptRoot/Tools.ps1

    function Get-Mount {
        # The mounts that a container's init sees, by their places; of several on one place that on top.
        param([string] $Name)
        $mounts = @{}
        foreach ($line in [IO.File]::ReadAllLines("/proc/$((Get-LxcContainer $Name).ProcessId)/mountinfo")) {
            # See proc_pid_mountinfo(5): id parent device root place options [shared:n master:n] - type source options.
            $left, $right = $line -split ' - ', 2
            $fields = $left -split ' '
            $mounts[$fields[4]] = [pscustomobject]@{
                # Which terminal of its devpts it is differs: ours has the console there as well.
                Root    = $fields[3] -replace $(if ($right -like 'devpts *') { '^/\d+$' } else { '^$' }), '/N'
                Type    = ($right -split ' ')[0]
                Options = $fields[5] -split ','
                Shares  = @($fields | Select-Object -Skip 6) -replace ':\d+$'
                Limits  = ($right -split ' ')[2] -replace 'max=\d+$'
            }
        }

        $mounts
    }

    function Get-Environment {
        param([string] $Name)
        [IO.File]::ReadAllText("/proc/$((Get-LxcContainer $Name).ProcessId)/environ").Split("`0") -ne '' | Sort-Object
    }

    function Get-Inside {
        # What init has by either start of one container.
        param([string] $Name)
        Use-Tool lxc-start -n $Name -d
        $theirs = [pscustomobject]@{ Environment = Get-Environment $Name; Mounts = Get-Mount $Name }
        Use-Tool lxc-stop -n $Name -k
        Start-LxcContainer $Name
        $ours = [pscustomobject]@{ Environment = Get-Environment $Name; Mounts = Get-Mount $Name }
        Stop-LxcContainer $Name -Kill
        $theirs, $ours
    }
}

AfterAll {
    Complete-Test
}

Describe 'lxc-start: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'gives init the environment and the mounts that Start-LxcContainer gives it, but for what differs on purpose (made by: <Maker>; <Kind>)' -ForEach $containers {
        $name = "in-$Maker-$Kind-$Unique"
        if ($Maker -eq 'Ours') {
            New-Ours $name $Kind @{ 'lxc.environment' = 'ONE=1', 'TWO=two words', 'container=other'; 'lxc.tty.dir' = 'lxc' }
        }
        else {
            New-Theirs $name $Kind 'lxc.environment = ONE=1', 'lxc.tty.max = 2'
        }

        $theirs, $ours = Get-Inside $name
        $ours.Environment | Should -Be $theirs.Environment
        $ours.Environment | Should -Contain 'container=lxc'

        # Ours alone: files of /proc that show the host are hidden, there is shared memory where no entry brings it, and the container sees its
        # cgroups, which LXC leaves to its init to mount. LXC's alone: mounts where we have links, of the console where the terminals have a directory.
        foreach ($place in $ours.Mounts.Keys | Where-Object { -not $theirs.Mounts.ContainsKey($_) }) {
            $place | Should -Match '^/proc/(timer_list|kcore)$|^/dev/(shm|mqueue)$|^/sys/fs/cgroup(/|$)'
        }

        $theirs.Mounts.Keys | Where-Object { -not $ours.Mounts.ContainsKey($_) } | Sort-Object | Should -Be @(if ($Maker -eq 'Ours') { '/dev/console' }; '/dev/ptmx')
        foreach ($place in $theirs.Mounts.Keys | Where-Object { $ours.Mounts.ContainsKey($_) }) {
            $one, $other = $theirs.Mounts[$place], $ours.Mounts[$place]
            $other.Root, $other.Type | Should -Be $one.Root, $one.Type -Because $place
            $other.Shares | Should -Be $one.Shares -Because "$place propagates as there"
            if ($place -eq '/dev/console') {
                # LXC's console of a container without a terminal of its own is one of the host's.
                continue
            }

            # Of a file system that is read-only itself, LXC's mount is as well.
            ($other.Limits -replace '^r[ow],?') | Should -Be ($one.Limits -replace '^r[ow],?') -Because $place
            $one.Options | Where-Object { $_ -notin $other.Options } | Should -BeNullOrEmpty -Because "$place has what LXC gives it"
            $other.Options | Where-Object { $_ -notin $one.Options + 'nosuid', 'nodev', 'noexec' } | Should -BeNullOrEmpty -Because "$place is no wider"
        }
    }
}

BeforeDiscovery {
    # script(1) of util-linux makes the terminal that a session has.
    $noTerminal = -not (Get-Command script -CommandType Application -ErrorAction Ignore)

    # Places that a start mounts on or writes to, and what a container may have put there. {0} is a directory of the host.
    $links = 'absolute', 'relative', 'climbing', 'dangling', 'loop', 'magic', 'file', 'fifo'
    $places = @(
        @{ Place = 'dev'; Config = @{} }
        @{ Place = 'proc'; Config = @{} }
        @{ Place = 'sys'; Config = @{} }
        @{ Place = 'dev/console'; Config = @{ 'lxc.autodev' = '0' } }
        @{ Place = 'dev/pts'; Config = @{ 'lxc.autodev' = '0' } }
        @{ Place = 'dev/tty1'; Config = @{ 'lxc.autodev' = '0' } }
        @{ Place = 'mnt'; Config = @{ 'lxc.mount.entry' = 'tmpfs mnt/deep/er tmpfs rw,create=dir 0 0' } }
        @{ Place = 'mnt'; Config = @{ 'lxc.mount.entry' = '/etc/hostname mnt/deep/file none bind,create=file 0 0' } }
        @{ Place = 'mnt'; Config = @{ 'lxc.mount.entry' = 'tmpfs mnt tmpfs rw 0 0' } }
        @{ Place = 'mnt/deep'; Config = @{ 'lxc.mount.entry' = 'tmpfs mnt/deep tmpfs rw,create=dir 0 0' } }
        @{ Place = 'mnt/deep'; Config = @{ 'lxc.mount.entry' = '/etc/hostname mnt/deep none bind,create=file 0 0' } }
    )
    $cases = foreach ($place in $places) {
        foreach ($privileged in $false, $true) {
            @{ Place = $place.Place; Config = $place.Config; Privileged = $privileged; Links = $links
                Name = "$($place.Place) $($place.Config.Values) $(if ($privileged) { '(privileged)' })" }
        }
    }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    $canary = "$LxcPath-canary"
    [void] [IO.Directory]::CreateDirectory("$canary/directory")
    [IO.File]::WriteAllText("$canary/file", 'untouched')
    $helper = (Get-ChildItem (Split-Path $env:LXCPS_MODULE) -Recurse -Filter lxcps-monitor | Select-Object -First 1).FullName

    function Get-HostState {
        # What a container must not change: a directory of the host, its mounts, the helper that enters containers, its nodes.
        foreach ($entry in @($canary) + [IO.Directory]::GetFileSystemEntries($canary, '*', [IO.SearchOption]::AllDirectories)) {
            & stat '-c' '%n %f %u %g %s %y %z' $entry
        }

        [IO.File]::ReadAllText("$canary/file")
        [IO.File]::ReadAllText('/proc/self/mountinfo')
        & stat '-c' '%n %f %u %g %t %T %i' /dev/console /dev/null /dev/tty /dev/pts /proc /sys /etc/passwd /etc/hostname
        [Convert]::ToHexString([Security.Cryptography.SHA256]::HashData([IO.File]::ReadAllBytes($helper)))
    }

    function Set-Trap {
        # Replaces a place of a root file system by what leads elsewhere.
        param([string] $Rootfs, [string] $Place, [string] $Kind)
        $path = "$Rootfs/$Place"
        if (-not $path.StartsWith("$LxcPath/")) {
            throw "Not a place in a container: $path"
        }

        & rm '-rf' $path
        [void] [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($path))
        $up = '../' * 24
        switch ($Kind) {
            'absolute' { [void] [IO.File]::CreateSymbolicLink($path, "$canary/directory") }
            'relative' { [void] [IO.File]::CreateSymbolicLink($path, "$up$($canary.TrimStart('/'))/directory") }
            'climbing' { [void] [IO.File]::CreateSymbolicLink($path, "bin/../$up$($canary.TrimStart('/'))") }
            'dangling' { [void] [IO.File]::CreateSymbolicLink($path, "$canary/created") }
            'loop' { [void] [IO.File]::CreateSymbolicLink($path, [IO.Path]::GetFileName($path)) }
            'magic' { [void] [IO.File]::CreateSymbolicLink($path, "/proc/self/root$canary/directory") }
            'file' { [IO.File]::WriteAllText($path, 'a file') }
            'fifo' { & mkfifo $path }
        }
    }

    function Invoke-Bounded {
        # Runs a script beside this one; false if it does not end in time, which is a fault of its own. Its errors are kept.
        param([string] $Script, [double] $Seconds = 30)
        $beside = Start-Beside $Script
        $ended = Wait-Until { $beside.Handle.IsCompleted } $Seconds
        # Stopped first: the stream of a pipeline that runs is read to its end, which may not come.
        $beside.Pipeline.Stop()
        $script:problems = @($beside.Pipeline.Streams.Error.ReadAll())
        $script:result = if ($ended) { $beside.Pipeline.EndInvoke($beside.Handle) }
        $beside.Pipeline.Dispose()
        $ended
    }
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
    & rm '-rf' $canary
}

Describe 'A root file system that lays traps' {
    It 'gets nothing outside by <Name>' -ForEach $cases {
        $name = "trap-$([guid]::NewGuid().ToString('n').Substring(0, 4))-$Unique"
        [void] (New-TestContainer $name $Config -Privileged:$Privileged)
        $before = Get-HostState
        foreach ($kind in $Links) {
            Set-Trap "$LxcPath/$name/rootfs" $Place $kind
            Invoke-Bounded "Start-LxcContainer '$name'" | Should -BeTrue -Because "a start with $kind must end"
            if ($problems) {
                $problems.Count | Should -Be 1 -Because $kind
                $problems[0].FullyQualifiedErrorId | Should -Match '^(MountFailed|ConsoleFailed|RootfsFailed|StartFailed|CgroupFailed|InitFailed),' -Because $kind
                $problems[0].Exception.Step | Should -Not -BeNullOrEmpty -Because $kind
                (Get-LxcContainer $name).State | Should -Be 'Stopped'
            }
            else {
                Invoke-Bounded "Invoke-LxcCommand '$name' sh '-c' 'echo mine >/dev/console; echo in' -Timeout 10" | Should -BeTrue -Because $kind
                Stop-LxcContainer $name -Kill -ErrorAction Stop
            }

            Get-HostState | Should -Be $before -Because "$kind at $Place must not reach the host"
        }

        # Without a trap it starts: the traps and nothing else are what failed.
        & rm '-rf' "$LxcPath/$name/rootfs/$Place"
        & mkdir '-p' "$LxcPath/$name/rootfs/$(if ($Config.Count -eq 0 -or $Place -like 'mnt*') { $Place } else { 'dev/pts' })"
        if ($Config.Values -match 'mnt/deep none') {
            & rmdir "$LxcPath/$name/rootfs/mnt/deep"
        }

        Start-LxcContainer $name -ErrorAction Stop
        Stop-LxcContainer $name -Kill -ErrorAction Stop
        foreach ($kind in $Links) {
            Set-Trap "$LxcPath/$name/rootfs" $Place $kind
        }

        Remove-LxcContainer $name -Force -ErrorAction Stop
        Get-HostState | Should -Be $before -Because 'the removal must not follow links either'
    }

    It 'gets nothing outside by /sys/fs/cgroup' -ForEach @(@{ Privileged = $false }, @{ Privileged = $true }) {
        # The host's sysfs has no such link; a container without a sysfs of its own can lay one.
        $name = "cgroups-$([guid]::NewGuid().ToString('n').Substring(0, 4))-$Unique"
        [void] (New-TestContainer $name @{ 'lxc.mount.auto' = 'cgroup:mixed' } -Privileged:$Privileged)
        $before = Get-HostState
        foreach ($kind in 'absolute', 'relative', 'climbing', 'dangling', 'loop', 'file') {
            Set-Trap "$LxcPath/$name/rootfs" 'sys/fs/cgroup' $kind
            Invoke-Bounded "Start-LxcContainer '$name'; Stop-LxcContainer '$name' -Kill" | Should -BeTrue
            Get-HostState | Should -Be $before -Because $kind
        }
    }
}

Describe 'A container that lies about itself' {
    BeforeAll {
        $liar = "liar-$Unique"
        [void] (New-TestContainer $liar)
        $rootfs = "$LxcPath/$liar/rootfs"
        Start-LxcContainer $liar
    }

    It 'holds nobody up with /etc/passwd as <Kind>' -ForEach @(
        @{ Kind = 'a FIFO'; Make = { & mkfifo "$rootfs/etc/passwd" } }
        @{ Kind = 'a link to /dev/zero'; Make = { & ln '-s' /dev/zero "$rootfs/etc/passwd" } }
        @{ Kind = 'a link to a terminal'; Make = { & ln '-s' /dev/console "$rootfs/etc/passwd" } }
        @{ Kind = 'a link to the helper''s input'; Make = { & ln '-s' /proc/self/fd/0 "$rootfs/etc/passwd" } }
        @{ Kind = 'a link to the helper''s memory'; Make = { & ln '-s' /proc/self/mem "$rootfs/etc/passwd" } }
        @{ Kind = 'a link to the helper itself'; Make = { & ln '-s' /proc/self/exe "$rootfs/etc/passwd" } }
        @{ Kind = 'a file of a terabyte'; Make = { & truncate '-s' 1T "$rootfs/etc/passwd" } }
        @{ Kind = 'a directory'; Make = { & mkdir "$rootfs/etc/passwd" } }
        @{ Kind = 'a loop'; Make = { & ln '-s' passwd "$rootfs/etc/passwd" } }
        @{ Kind = 'nonsense'; Make = { [IO.File]::WriteAllText("$rootfs/etc/passwd", ":::`n`0root:x:99999999999999:-1::`n" + 'x' * 100000) } }
    ) {
        $rootfs | Should -BeLike "$([IO.Path]::GetTempPath())*rootfs" -Because 'nothing but the container''s own file may be removed here'
        & rm '-rf' "$rootfs/etc/passwd"
        & $Make
        $before = Get-HostState
        # A number needs no file; a name that is not found is an error.
        Invoke-Bounded "Invoke-LxcCommand '$liar' stat '-L' '-c' %u /proc/self -User 1000" 20 | Should -BeTrue
        $problems.Count | Should -Be 0
        $result | Should -Be '1000'
        Invoke-Bounded "Invoke-LxcCommand '$liar' true -User web" 20 | Should -BeTrue
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'CommandFailed,*'
        Get-HostState | Should -Be $before
    }

    It 'does not start with an init that is <Kind>' -ForEach @(
        @{ Kind = 'a FIFO'; Make = { & mkfifo $file } }
        @{ Kind = 'a directory'; Make = { & mkdir $file } }
        @{ Kind = 'a loop'; Make = { & ln '-s' init $file } }
        @{ Kind = 'a device'; Make = { & ln '-s' /dev/zero $file } }
        @{ Kind = 'a host path'; Make = { & ln '-s' "$canary/file" $file } }
        @{ Kind = 'an empty file'; Make = { [IO.File]::WriteAllText($file, ''); & chmod 755 $file } }
        @{ Kind = 'a script without its interpreter'; Make = { [IO.File]::WriteAllText($file, "#!/no/such`n"); & chmod 755 $file } }
    ) {
        $name = "init-$([guid]::NewGuid().ToString('n').Substring(0, 4))-$Unique"
        [void] (New-TestContainer $name)
        $file = "$LxcPath/$name/rootfs/sbin/init"
        & rm '-f' $file
        & $Make
        Invoke-Bounded "Start-LxcContainer '$name'" 20 | Should -BeTrue
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'InitFailed,*'
        $problems[0].Exception.ConfigKey | Should -Be 'lxc.init.cmd'
        $problems[0].Exception.Errno | Should -BeGreaterThan 0
        (Get-LxcContainer $name).State | Should -Be 'Stopped'
    }

    It 'cannot write to the helper that enters it <Kind>' -ForEach @(@{ Kind = ''; Privileged = $false }, @{ Kind = '(privileged)'; Privileged = $true }) {
        # CVE-2019-5736 of runc: a program that is a link to /proc/self/exe, and another that waits for it to write to its file.
        $name = "exe-$([guid]::NewGuid().ToString('n').Substring(0, 4))-$Unique"
        [void] (New-TestContainer $name -Privileged:$Privileged)
        $rootfs = "$LxcPath/$name/rootfs"
        & ln '-s' /proc/self/exe "$rootfs/bin/evil"
        [IO.File]::WriteAllText("$rootfs/bin/script", "#!/proc/self/exe`n")
        [IO.File]::WriteAllText("$rootfs/bin/overwrite", @'
#!/bin/sh
while :; do
    for process in /proc/[0-9]*; do
        case "$(readlink $process/exe)" in
            */busybox | '') ;;
            *) echo seen >>/seen; (exec 3>>$process/exe && echo bad >&3 && echo written >>/written) 2>>/refused ;;
        esac
    done
done
'@)
        & chmod 755 "$rootfs/bin/script" "$rootfs/bin/overwrite"
        $before = Get-HostState
        Start-LxcContainer $name
        $beside = Start-Beside "Invoke-LxcCommand '$name' overwrite"
        try {
            foreach ($i in 1..15) {
                foreach ($program in 'evil', 'script', 'true') {
                    Invoke-LxcCommand $name $program -Timeout 10 -ErrorAction SilentlyContinue
                }
            }
        }
        finally {
            [void] (Stop-Beside $beside)
        }

        [IO.File]::Exists("$rootfs/written") | Should -BeFalse
        Get-HostState | Should -Be $before
        Invoke-LxcCommand $name echo alive | Should -Be 'alive'
    }

    It 'could not write to it either when nobody runs it' {
        # While it runs the kernel refuses that anyway (ETXTBSY), to anybody; the mount that it was executed through refuses it for ever.
        $beside = Start-Beside "Invoke-LxcCommand '$liar' sleep 1006"
        try {
            Wait-Until {
                $script:helpers = @(Get-ProcessTable | Where-Object {
                    $_.CommandLine -cin "[lxc monitor] $LxcPath $liar", "[lxcps watcher] $LxcPath $liar" -or $_.CommandLine -like "lxcps-monitor attach *--name $liar *" })
                $script:helpers.Count -ge 3
            } | Should -BeTrue
            foreach ($process in $script:helpers) {
                # A change of mode asks the mount alone, so the answer is the same now and later. It would change nothing.
                $message = & sh '-c' 'chmod u+x "$1" 2>&1' sh "/proc/$($process.Id)/exe"
                "$message" | Should -Match 'Read-only file system' -Because $process.CommandLine
            }
        }
        finally {
            [void] (Stop-Beside $beside)
        }
    }

    It 'gets no terminal of the host as a stream of its init' -Skip:$noTerminal {
        # Standard input is none, output and error are: a terminal can be read through any of its descriptors.
        $name = "streams-$Unique"
        [void] (New-TestContainer $name @{ 'lxc.init.cmd' = '/bin/report' })
        $report = "$LxcPath/$name/rootfs/bin/report"
        [IO.File]::WriteAllText($report, "#!/bin/sh`nfor i in 0 1 2; do readlink /proc/`$`$/fd/`$i; stat -L -c %d /proc/`$`$/fd/`$i; done >/report`n")
        & chmod 755 $report
        $command = ($Shell | ForEach-Object { "'$_'" }) -join ' '
        $file = "$LxcPath/streams"
        [IO.File]::WriteAllText("$file.ps1", "Import-Module '$env:LXCPS_MODULE'; Start-LxcContainer '$name' -LxcPath '$LxcPath' -Foreground")
        [IO.File]::WriteAllText("$file.sh", "stat -c %d /dev/pts >$file.device; $command -NoProfile -File $file.ps1 </dev/null")
        [void] (& script '-qec' "sh $file.sh" /dev/null)
        $lines = [IO.File]::ReadAllLines("$LxcPath/$name/rootfs/report")
        $lines.Count | Should -Be 6
        $lines[1], $lines[3], $lines[5] | Should -Not -Contain ([IO.File]::ReadAllText("$file.device").Trim())
    }

    It 'has a read-only /sys with the host''s network, where it asks for one' {
        $name = "sysfs-$Unique"
        [void] (New-TestContainer $name @{ 'lxc.net.0.type' = 'none'; 'lxc.mount.auto' = 'proc:mixed sys:ro' })
        Start-LxcContainer $name
        $mounts = @(Invoke-LxcCommand $name cat /proc/self/mountinfo | ForEach-Object { , $_.Split(' ') } | Where-Object { $_[4] -match '^/sys(/|$)' })
        $mounts.Count | Should -BeGreaterThan 0
        $mounts | ForEach-Object { $_[5] } | Should -Match '^ro,nosuid,nodev,noexec'
        Stop-LxcContainer $name -Kill
    }

    It 'sees nothing of the session in the programs that enter it' {
        # Whoever looks for other processes' memory, environment and descriptors from inside.
        $env:LXCPS_SECRET = 'do-not-leak'
        try {
            $beside = Start-Beside "Invoke-LxcCommand '$liar' sh '-c' 'while :; do cat /proc/[0-9]*/environ; done 2>/dev/null' -ClearEnvironment | Select-String -Pattern do-not-leak -SimpleMatch | Select-Object -First 1"
            foreach ($i in 1..30) {
                Invoke-LxcCommand $liar true -ClearEnvironment
            }

            $beside.Handle.IsCompleted | Should -BeFalse -Because 'it ends only when the secret is found'
        }
        finally {
            $env:LXCPS_SECRET = $null
            [void] (Stop-Beside $beside)
        }
    }
}

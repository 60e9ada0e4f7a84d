BeforeDiscovery {
    # cgroup v1: a hierarchy without controllers can be made wherever the kernel has it.
    $noV1 = -not ([IO.File]::ReadAllLines('/proc/filesystems') -match '\tcgroup$')
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1

    # The hierarchy of this file is nobody else's: it has no controllers, and goes with the session that mounts it, which alone sees it. Its
    # program does no more than leave a mark in the directory of the test.
    $hierarchy = "$LxcPath/hierarchy"
    $agent = "$LxcPath/agent"
    $mark = "$LxcPath/escaped"
    $linker = '/opt/usr/lib64/ld-linux-x86-64.so.2 --library-path /opt/usr/lib/x86_64-linux-gnu'
    [void] [IO.Directory]::CreateDirectory($hierarchy)
    [IO.File]::WriteAllText($agent, "#!/bin/sh`necho `"`$1`" >$mark`n")
    chmod 755 $agent $LxcPath

    function Get-Try {
        # How root of a container sets a program that the host's kernel runs when a cgroup is empty (CVE-2022-0492), by what it mounts: with
        # write(2), or by an option of the mount. Which hierarchies is a command that lists them as /proc/self/cgroup has them.
        param([string] $List)
        $mounts = "for m in `$($List); do d=/tmp/c/`$m; mkdir -p `$d; case `$m in name=*) o=none,`$m;; *) o=`$m;; esac; {0}; umount `$d 2>/dev/null; done"
        $write = $mounts -f "mount -t cgroup -o `$o cgroup `$d && echo $agent >`$d/release_agent"
        $option = $mounts -f "mount -t cgroup -o `$o,release_agent=$agent cgroup `$d"
        [ordered]@{
            'mounted anew'                       = $write
            'mounted anew, by an option'         = $option
            'mounted anew, and again'            = $mounts -f "mount -t cgroup -o `$o cgroup `$d && mount -o remount,release_agent=$agent `$d"
            'nested, mounted anew'               = "$linker /opt/usr/bin/unshare -U -r -m -C sh -c '$write'"
            'nested, mounted anew, by an option' = "$linker /opt/usr/bin/unshare -U -r -m -C sh -c '$option'"
            'another view, mounted anew'         = "$linker /opt/usr/bin/unshare -m -C sh -c '$write'"
        }
    }

    $tries = Get-Try 'cut -d: -f2 /proc/self/cgroup'
    $tries['what is mounted'] = "for f in /sys/fs/cgroup/release_agent /sys/fs/cgroup/*/release_agent; do echo $agent >`$f; done"
    $tries['its own group'] = "for d in /sys/fs/cgroup/*/; do mkdir `$d/x; echo 1 >`$d/x/notify_on_release; echo $agent >`$d/x/release_agent; echo $agent >`$d/../release_agent; rmdir `$d/x; done"
    $tries['what is mounted, by an option'] = "for d in /sys/fs/cgroup/*/; do mount -o remount,rw,release_agent=$agent `$d; done"
    $tries['a new hierarchy'] = "mkdir -p /tmp/n; mount -t cgroup -o none,name=new$Unique,release_agent=$agent cgroup /tmp/n && echo $agent >/tmp/n/release_agent; umount /tmp/n"
    $files = @{ 'lxc.mount.entry' = '/usr opt/usr none bind,ro,create=dir 0 0' }

    # In the session: the hierarchy, then each try by itself, and after each what the host has, which is put back at once.
    $session = @'
$ErrorActionPreference = 'Continue'
mount -t cgroup -o none,name=UNIQUE cgroup HIERARCHY
$files = @('HIERARCHY/release_agent') + @(Get-ChildItem /sys/fs/cgroup/*/release_agent -ErrorAction Ignore | ForEach-Object FullName)
function Read-Agent { foreach ($file in $files) { "$file $([IO.File]::ReadAllText($file).Trim())" } }
$before = @(Read-Agent)
Start-LxcContainer NAME -ErrorAction Stop
try {
    $tries = ConvertFrom-Json ([IO.File]::ReadAllText('LXCPATH/tries')) -AsHashtable
    foreach ($name in $tries.Keys) {
        $tries[$name] | Invoke-LxcCommand NAME sh *> $null
        $changed = @(Compare-Object $before @(Read-Agent))
        if ($changed) {
            foreach ($line in $before) {
                $file, $value = $line -split ' ', 2
                [IO.File]::WriteAllText($file, "$value`n")
            }
        }

        "$name $(if ($changed) { 'done' } else { 'refused' })"
    }
}
finally {
    Stop-LxcContainer NAME -Kill
    umount HIERARCHY
}
'@

    function Invoke-Session {
        # Runs it for a container, in a mount namespace of its own.
        param([string] $Name, [System.Collections.IDictionary] $Try)
        [IO.File]::WriteAllText("$LxcPath/tries", (ConvertTo-Json $Try))
        $Shell = @('unshare', '-m', '--propagation', 'private') + $Shell
        $process = Start-Session ($session -creplace 'UNIQUE', $Unique -creplace 'HIERARCHY', $hierarchy -creplace 'NAME', $Name -creplace 'LXCPATH', $LxcPath)
        $process.StandardInput.Close()
        $errors = $process.StandardError.ReadToEndAsync()
        $text = $process.StandardOutput.ReadToEnd()
        $process.WaitForExit()
        $errors.Result | Should -BeNullOrEmpty
        $text.Trim() -split "`n"
    }
}

AfterAll {
    foreach ($file in $agent, $mark, "$LxcPath/tries") {
        if ([IO.File]::Exists($file)) {
            [IO.File]::Delete($file)
        }
    }

    # A hierarchy whose last cgroup is just going stays when it is unmounted: it goes with a later mount. It is gone some time after the unmount,
    # and a mount meanwhile makes it anew.
    $gone = $false
    for ($i = 0; $i -lt 30 -and -not $gone; $i++) {
        unshare -m --propagation private sh -c "mount -t cgroup -o none,name=$Unique cgroup $hierarchy && umount $hierarchy" *>$null
        $gone = Wait-Until { -not [IO.File]::ReadAllText('/proc/self/cgroup').Contains($Unique) } 1
    }

    $gone | Should -BeTrue
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'The program that the kernel runs for an empty cgroup' -Skip:$noV1 {
    It 'cannot be set from a container with the default settings: privileged <Privileged>' -ForEach @(@{ Privileged = $false }, @{ Privileged = $true }) {
        $name = "jail-$Privileged-$Unique".ToLowerInvariant()
        [void] (New-TestContainer $name $files -Privileged:$Privileged)
        $lines = Invoke-Session $name $tries
        $lines.Count | Should -Be $tries.Count
        $lines -notmatch ' refused$' | Should -BeNullOrEmpty
        [IO.File]::Exists($mark) | Should -BeFalse
    }

    It 'can be set, and runs, where nothing confines the root of the host' {
        $name = "open-$Unique"
        $config = $files + @{ 'lxc.cap.drop' = ''; 'lxc.seccomp.profile' = ''; 'lxc.apparmor.profile' = 'unconfined'; 'lxc.namespace.keep' = 'cgroup' }
        [void] (New-TestContainer $name $config -Privileged)

        # The same, with this file's hierarchy alone: those of the host are not touched where it would work.
        $open = Get-Try "echo name=$Unique"
        $open['it runs'] = "mkdir -p /tmp/c; mount -t cgroup -o none,name=$Unique cgroup /tmp/c; echo $agent >/tmp/c/release_agent; mkdir /tmp/c/child; " +
            "echo 1 >/tmp/c/child/notify_on_release; sh -c 'echo `$`$ >/tmp/c/child/cgroup.procs'; sleep 1; rmdir /tmp/c/child; umount /tmp/c"
        $lines = Invoke-Session $name $open
        $lines | Should -Contain 'mounted anew done'
        $lines | Should -Contain 'it runs done'

        # What the kernel keeps even this root from.
        $lines | Should -Contain 'nested, mounted anew refused'
        Wait-Until { [IO.File]::Exists($mark) } | Should -BeTrue -Because 'the host''s kernel has run the program'
        [IO.File]::ReadAllText($mark).Trim() | Should -Be '/child'
    }
}

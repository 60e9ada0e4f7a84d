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

    # How root of a container sets a program that the host's kernel runs when a cgroup is empty (CVE-2022-0492). {0} is what is tried with
    # what can be reached: write to the file, or give it as an option of the mount.
    $mounts = 'for m in $(cut -d: -f2 /proc/self/cgroup | grep . | grep -v ^0) ' + "name=$Unique; do d=/tmp/c/`$m; mkdir -p `$d; " +
        'case $m in name=*) o=none,$m;; *) o=$m;; esac; {0}; umount $d 2>/dev/null; done'
    $write = "mount -t cgroup -o `$o cgroup `$d && echo $agent >`$d/release_agent"
    $option = "mount -t cgroup -o `$o,release_agent=$agent cgroup `$d"
    $tries = [ordered]@{
        'what is mounted'                  = "for f in /sys/fs/cgroup/release_agent /sys/fs/cgroup/*/release_agent; do echo $agent >`$f; done"
        'its own group'                    = "for d in /sys/fs/cgroup/*/; do mkdir `$d/x; echo 1 >`$d/x/notify_on_release; echo $agent >`$d/x/release_agent; echo $agent >`$d/../release_agent; rmdir `$d/x; done"
        'what is mounted, by an option'    = "for d in /sys/fs/cgroup/*/; do mount -o remount,rw,release_agent=$agent `$d; done"
        'mounted anew'                     = $mounts -f $write
        'mounted anew, by an option'       = $mounts -f $option
        'mounted anew, and again'          = $mounts -f "mount -t cgroup -o `$o cgroup `$d && mount -o remount,release_agent=$agent `$d"
        'nested, mounted anew'             = "$linker /opt/usr/bin/unshare -U -r -m -C sh -c '$($mounts -f $write)'"
        'nested, mounted anew, by an option' = "$linker /opt/usr/bin/unshare -U -r -m -C sh -c '$($mounts -f $option)'"
        'another view, mounted anew'       = "$linker /opt/usr/bin/unshare -m -C sh -c '$($mounts -f $write)'"
        'a new hierarchy'                  = "mkdir -p /tmp/n; mount -t cgroup -o none,name=new$Unique,release_agent=$agent cgroup /tmp/n && umount /tmp/n && echo $agent >$hierarchy/release_agent"
    }
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
        $saved = $Shell
        $script:Shell = @('unshare', '-m', '--propagation', 'private') + $saved
        $process = Start-Session ($session -replace 'UNIQUE', $Unique -replace 'HIERARCHY', $hierarchy -replace 'NAME', $Name -replace 'LXCPATH', $LxcPath)
        $script:Shell = $saved
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

        # Of this file's hierarchy alone: those of the host are not touched where it would work.
        $own = "mkdir -p /tmp/c; mount -t cgroup -o none,name=$Unique cgroup /tmp/c && echo $agent >/tmp/c/release_agent"
        $run = "$own; mkdir /tmp/c/child; echo 1 >/tmp/c/child/notify_on_release; sh -c 'echo `$`$ >/tmp/c/child/cgroup.procs'; sleep 1; rmdir /tmp/c/child; umount /tmp/c"
        $lines = Invoke-Session $name ([ordered]@{ 'by a mount' = "$own; umount /tmp/c"; 'by a mount, and it runs' = $run })
        $lines | Should -Be 'by a mount done', 'by a mount, and it runs done'
        Wait-Until { [IO.File]::Exists($mark) } | Should -BeTrue -Because 'the host''s kernel has run the program'
        [IO.File]::ReadAllText($mark).Trim() | Should -Be '/child'
    }
}

BeforeDiscovery {
    $hasLxc = [bool] (Get-Command lxc-start, lxc-stop, lxc-destroy -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $log = "$LxcPath/hook.log"
    $recorder = "$LxcPath/record"
    [IO.File]::WriteAllText($recorder, @"
#!/bin/sh
exec >>$log
echo "begin `$LXC_NAME"
for word; do echo "arg `$word"; done
export -p | sed -n 's/^export \(LXC_[A-Z_]*\)=.\(.*\).$/env \1=\2/p'
for variable in MNT PID UTS IPC NET CGROUP USER; do
    eval "path=\`$LXC_`${variable}_NS"
    [ -z "`$path" ] || echo "ns `$variable `$(readlink "`$path" 2>&1)"
done
echo "own `$(readlink /proc/self/ns/mnt) `$(readlink /proc/self/ns/net)"
"@)
    chmod 755 $recorder
    $types = 'lxc.hook.pre-start', 'lxc.hook.pre-mount', 'lxc.hook.mount', 'lxc.hook.autodev', 'lxc.hook.start-host', 'lxc.hook.stop', 'lxc.hook.post-stop', 'lxc.hook.destroy' -replace '^lxc\.hook\.'

    function Get-Record {
        # What the hooks of a kind were told: arguments, variables, namespaces.
        param([string[]] $Lines)
        $calls = [Collections.Generic.List[object]]::new()
        foreach ($line in $Lines) {
            $word, $rest = $line -split ' ', 2
            switch ($word) {
                'begin' { $calls.Add([pscustomobject]@{ Name = $rest; Arguments = [Collections.Generic.List[string]]::new(); Variables = @{}; Namespaces = @{}; Own = '' }) }
                'arg' { $calls[-1].Arguments.Add($rest) }
                'env' { $name, $value = $rest -split '=', 2; $calls[-1].Variables[$name] = $value }
                'ns' { $name, $value = $rest -split ' ', 2; $calls[-1].Namespaces[$name] = $value }
                'own' { $calls[-1].Own = $rest }
            }
        }

        $calls
    }

    function Invoke-Life {
        # A container from its start to its removal, by LXC's tools or by ours; what its hooks recorded.
        param([string] $Name, [string] $Version, [switch] $Lxc)
        $config = @{ 'lxc.hook.version' = $Version }
        foreach ($type in $types) {
            $config["lxc.hook.$type"] = $recorder
        }

        [void] (New-TestContainer $Name $config -Privileged)
        [IO.File]::Delete($log)
        if ($Lxc) {
            & lxc-start -P $LxcPath -n $Name
            & lxc-stop -k -P $LxcPath -n $Name
            & lxc-destroy -P $LxcPath -n $Name | Out-Null
        }
        else {
            Start-LxcContainer $Name
            Stop-LxcContainer $Name -Kill
            Remove-LxcContainer $Name -Confirm:$false
        }

        Get-Record ([IO.File]::ReadAllLines($log))
    }
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Hooks of every state' {
    # keys: lxc.hook.version lxc.hook.pre-start lxc.hook.pre-mount lxc.hook.mount lxc.hook.autodev lxc.hook.start-host lxc.hook.stop lxc.hook.post-stop lxc.hook.destroy
    It 'are told by <How> (version <Version>), as LXC tells them' -Tag Vm -Skip:(-not $hasLxc) -ForEach @(
        @{ Version = '0'; How = 'arguments' }, @{ Version = '1'; How = 'their environment' }
    ) {
        $ours = Invoke-Life "life-$Unique" $Version
        $theirs = Invoke-Life "life-$Unique" $Version -Lxc
        $ours.Count | Should -Be $types.Count
        $theirs.Count | Should -Be $types.Count
        for ($i = 0; $i -lt $types.Count; $i++) {
            $mine, $other = $ours[$i], $theirs[$i]
            $why = "of the $($types[$i]) hook"

            # Numbers of processes and descriptors are of the day; what they lead to is compared below.
            "$($mine.Arguments -replace '/proc/\d+/fd/\d+', 'fd')" | Should -BeExactly "$($other.Arguments -replace '/proc/\d+/fd/\d+', 'fd')" -Because $why
            $mine.Arguments.Count -eq 0 | Should -Be ($Version -eq '1') -Because $why
            foreach ($name in $other.Variables.Keys | Where-Object { $_ -notmatch '_NS$|^LXC_(PID|ROOTFS_MOUNT|CONSOLE|CONSOLE_LOGPATH|LOG_LEVEL)$' }) {
                $mine.Variables[$name] | Should -BeExactly $other.Variables[$name] -Because "$name $why"
            }

            $mine.Variables.ContainsKey('LXC_HOOK_TYPE') | Should -Be ($Version -eq '1') -Because $why
            $mine.Variables.ContainsKey('LXC_PID') | Should -Be ($types[$i] -in 'start-host', 'stop', 'post-stop') -Because $why
        }
    }

    It 'run where LXC runs them: on the host, or in the container''s namespaces' {
        $calls = Invoke-Life "where-$Unique" 1
        $outside = "$([IO.FileInfo]::new('/proc/self/ns/mnt').LinkTarget) $([IO.FileInfo]::new('/proc/self/ns/net').LinkTarget)"
        for ($i = 0; $i -lt $types.Count; $i++) {
            $calls[$i].Own -eq $outside | Should -Be ($types[$i] -notin 'pre-mount', 'mount', 'autodev') -Because $types[$i]
        }
    }

    It 'of a stop get the namespaces of the container that has ended' -Tag Vm {
        $name = "stop-$Unique"
        [void] (New-TestContainer $name @{ 'lxc.hook.stop' = $recorder; 'lxc.hook.version' = '1' })
        [IO.File]::Delete($log)
        Start-LxcContainer $name
        $init = (Get-LxcContainer $name).ProcessId
        $namespaces = @{}
        foreach ($kind in 'mnt', 'pid', 'uts', 'ipc', 'net', 'cgroup', 'user') {
            $namespaces[$kind] = [IO.FileInfo]::new("/proc/$init/ns/$kind").LinkTarget
        }

        Stop-LxcContainer $name -Kill
        $call = Get-Record ([IO.File]::ReadAllLines($log))
        $call.Variables['LXC_TARGET'] | Should -Be 'stop'
        $call.Variables['LXC_PID'] | Should -Be $init
        foreach ($kind in $namespaces.Keys) {
            $call.Namespaces[$kind.ToUpperInvariant()] | Should -Be $namespaces[$kind] -Because $kind
        }
    }

    It 'can ask the monitor that runs them: <_>' -ForEach 'pre-start', 'start-host', 'stop', 'post-stop' {
        # A monitor that waited for its hook alone would let the hook wait for ever.
        $name = "ask-$_-$Unique"
        [void] (New-TestContainer $name @{ "lxc.hook.$_" = "sh -c 'lxc-info -P $LxcPath -n $name -s -H >$LxcPath/answer'" })
        Start-LxcContainer $name
        Stop-LxcContainer $name -Kill
        [IO.File]::ReadAllText("$LxcPath/answer").Trim() | Should -Be @{ 'pre-start' = 'STARTING'; 'start-host' = 'STARTING'; 'stop' = 'STOPPING'; 'post-stop' = 'STOPPING' }[$_]
    } -Skip:(-not $hasLxc)

    It 'ends with a start that another session stops' {
        $name = "stopped-$Unique"
        $mark = "$LxcPath/mark"
        [void] (New-TestContainer $name @{ 'lxc.hook.start-host' = "sh -c ': >$mark; exec sleep 987654'" })
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $session = Start-Session "try { Start-LxcContainer $name -LxcPath '$LxcPath' -ErrorAction Stop } catch { Write-Output `$_.Exception.Message }"
        Wait-Until { Test-Path $mark } | Should -BeTrue
        Stop-LxcContainer $name -Kill
        $session.StandardOutput.ReadToEnd() | Should -Match 'was stopped while it was starting'
        $session.WaitForExit()
        Get-ProcessTable | Where-Object CommandLine -EQ 'sleep 987654' | Should -BeNullOrEmpty
    }

    # keys: lxc.hook lxc.hook.start
    It 'of the container run in it: lxc.hook.start' {
        $name = "inside-$Unique"
        [void] (New-TestContainer $name @{ 'lxc.hook.start' = '/bin/touch /started' })
        Start-LxcContainer $name
        Invoke-LxcCommand $name stat '-c' '%u' /started | Should -Be '0'
        Stop-LxcContainer $name -Kill
        [IO.File]::Delete("$LxcPath/$name/rootfs/started")
        [IO.File]::AppendAllText("$LxcPath/$name/config", "lxc.hook =`n")
        Start-LxcContainer $name
        Stop-LxcContainer $name -Kill
        Test-Path "$LxcPath/$name/rootfs/started" | Should -BeFalse -Because 'an empty lxc.hook clears all of them'
    }

    It 'refuse a removal: lxc.hook.destroy' {
        $name = "kept-$Unique"
        [void] (New-TestContainer $name @{ 'lxc.hook.destroy' = "sh -c 'echo not this one; exit 3'" })
        $outcome = Get-Outcome { Remove-LxcContainer $name -Force }
        Assert-OneError $outcome HookFailed InvalidOperation $name
        $outcome.Errors[0].Exception.Message | Should -Match 'ended with 3: not this one'
        (Get-LxcContainer $name).State | Should -Be 'Stopped'
        Remove-LxcConfig $name lxc.hook.destroy
        Remove-LxcContainer $name -Force
        Get-LxcContainer "$name*" | Should -BeNullOrEmpty
    }

    It 'do not keep a container whose storage cannot be started from being removed' {
        $name = "foreign-$Unique"
        [void] (New-TestContainer $name)
        $config = [IO.File]::ReadAllText("$LxcPath/$name/config") -replace '(?m)^lxc\.rootfs\.path = .*$', 'lxc.rootfs.path = rbd:pool/web'
        [IO.File]::WriteAllText("$LxcPath/$name/config", $config)
        Register-LxcHook PreRemove ([scriptblock]::Create("[IO.File]::WriteAllText('$LxcPath/told', `$env:LXC_ROOTFS_PATH)")) $name
        Remove-LxcContainer $name -Force
        [IO.File]::ReadAllText("$LxcPath/told") | Should -Be 'rbd:pool/web'
        Test-Path "$LxcPath/$name" | Should -BeFalse
    }

    It 'of an ephemeral container run when it goes' {
        $name = "brief-$Unique"
        [void] (New-TestContainer $name @{ 'lxc.ephemeral' = '1'; 'lxc.hook.destroy' = $recorder; 'lxc.hook.version' = '1' })
        [IO.File]::Delete($log)
        Start-LxcContainer $name
        Stop-LxcContainer $name -Kill
        Wait-Until { -not (Test-Path "$LxcPath/$name") } | Should -BeTrue
        (Get-Record ([IO.File]::ReadAllLines($log))).Variables['LXC_HOOK_TYPE'] | Should -Be 'destroy'
    }
}

BeforeDiscovery {
    . $PSScriptRoot/Missing.ps1
}

BeforeAll {
    . $PSScriptRoot/Tools.ps1

    function Assert-Runs {
        # It starts by either side, and has the file that its original had.
        param([string] $Name, [string] $Mark)
        Start-LxcContainer $Name
        Invoke-LxcCommand $Name cat /root/mark | Should -Be $Mark
        Stop-LxcContainer $Name -Kill
        Use-Tool lxc-start -n $Name -d
        Use-Tool lxc-attach -n $Name '--' cat /root/mark | Should -Be $Mark
        Use-Tool lxc-stop -n $Name -k
    }
}

AfterAll {
    # A copy on an overlay holds its original: it goes first.
    Get-LxcContainer -LxcPath $LxcPath | Where-Object Rootfs -Like 'overlay:*' | Remove-LxcContainer -Force -Confirm:$false
    Complete-Test
}

Describe 'lxc-copy: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'copies it; both sides start the copy, and Get-LxcContainer has its name (<Kind>)' -ForEach $kinds {
        $name = "oc-$Kind-$Unique"
        New-Ours $name $Kind
        [IO.File]::WriteAllText("$LxcPath/$name/rootfs/root/mark", "of $name`n")
        Use-Tool lxc-copy -n $name -N "full-$Kind-$Unique" | Out-Null
        (Get-LxcContainer "full-$Kind-$Unique").HostName | Should -BeExactly "full-$Kind-$Unique"
        Assert-Runs "full-$Kind-$Unique" "of $name"
    }

    It '-s makes a copy on an overlay of a privileged one; both sides start it' {
        $name = "op-$Unique"
        New-Ours $name privileged
        [IO.File]::WriteAllText("$LxcPath/$name/rootfs/root/mark", "of $name`n")
        Use-Tool lxc-copy -n $name -N "over-$Unique" -s | Out-Null
        (Get-LxcContainer "over-$Unique").Rootfs | Should -BeLike "overlay:$LxcPath/$name/rootfs:*"
        Assert-Runs "over-$Unique" "of $name"
    }

    It 'cannot: -s of an unprivileged one fails, as with one of LXC''s that has lxc.rootfs.options = idmap=container: LXC hands that option to overlay' {
        New-Ours "ov-$Unique" unprivileged
        New-Theirs "tv-$Unique" unprivileged 'lxc.rootfs.options = idmap=container'
        foreach ($name in "ov-$Unique", "tv-$Unique") {
            Invoke-Tool lxc-copy -n $name -N "none-$Unique" -s -l ERROR -o "$LxcPath.log" | Out-Null
            $LASTEXITCODE | Should -Not -Be 0
            [IO.File]::ReadAllText("$LxcPath.log") | Should -Match "ovl_mount.*lowerdir=$LxcPath/$name/rootfs,idmap=container"
        }
    }

    It '-e runs an ephemeral copy, which is gone when it stops' {
        $name = "oe-$Unique"
        New-Ours $name privileged
        Use-Tool lxc-copy -n $name -e -N "gone-$Unique" | Out-Null
        (Get-LxcContainer "gone-$Unique").State | Should -Be Running
        Invoke-LxcCommand "gone-$Unique" touch /root/mark
        Stop-LxcContainer "gone-$Unique" -Kill
        Wait-Until { -not [IO.Directory]::Exists("$LxcPath/gone-$Unique") } | Should -BeTrue
        [IO.File]::Exists("$LxcPath/$name/rootfs/root/mark") | Should -BeFalse
    }

    It '-R renames it; both sides start it' {
        $name = "or-$Unique"
        New-Ours $name privileged
        [IO.File]::WriteAllText("$LxcPath/$name/rootfs/root/mark", "of $name`n")
        Use-Tool lxc-copy -n $name -R -N "new-$Unique" | Out-Null
        Get-LxcContainer $name -ErrorAction Ignore | Should -BeNullOrEmpty
        Assert-Runs "new-$Unique" "of $name"
    }

    It 'copies it to another directory of containers; both sides start the copy, also when the original is gone' {
        $name = "od-$Unique"
        New-Ours $name privileged
        [IO.File]::WriteAllText("$LxcPath/$name/rootfs/root/mark", "of $name`n")
        [void] (New-Item -ItemType Directory "$LxcPath/there")
        Use-Tool lxc-copy -n $name -N "far-$Unique" -p "$LxcPath/there" | Out-Null
        Remove-LxcContainer $name -Confirm:$false
        Start-LxcContainer "far-$Unique" -LxcPath "$LxcPath/there"
        Invoke-LxcCommand "far-$Unique" cat /root/mark -LxcPath "$LxcPath/there" | Should -Be "of $name"
        Remove-LxcContainer "far-$Unique" -Force -Confirm:$false -LxcPath "$LxcPath/there"
    }

    It 'cannot: what -R renames, and lxc-snapshot -r restores in place, lacks a policy that Set-LxcSeccomp -Deny has made for it: LXC takes along root file system and configuration alone; Set-LxcSeccomp makes it anew' {
        $name = "os-$Unique"
        New-Ours $name privileged
        Set-LxcSeccomp $name -Deny sethostname
        Use-Tool lxc-copy -n $name -R -N "without-$Unique" | Out-Null
        { Start-LxcContainer "without-$Unique" } | Should -Throw -ErrorId 'ConfinementFailed*'
        Set-LxcSeccomp "without-$Unique" -Default
        Start-LxcContainer "without-$Unique"
        Stop-LxcContainer "without-$Unique" -Kill
    }
}

Describe 'lxc-copy: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Rename-LxcContainer renames it, Start-LxcContainer starts what lxc-copy made of it, on an overlay too' {
        $name = "tc-$Unique"
        New-Theirs $name privileged
        [IO.File]::WriteAllText("$LxcPath/$name/rootfs/root/mark", "theirs`n")
        Use-Tool lxc-copy -n $name -N "tfull-$Unique" | Out-Null
        Use-Tool lxc-copy -n $name -N "tover-$Unique" -s | Out-Null
        Assert-Runs "tfull-$Unique" theirs
        Assert-Runs "tover-$Unique" theirs
        Rename-LxcContainer "tfull-$Unique" "tnew-$Unique"
        Assert-Runs "tnew-$Unique" theirs
    }

    It 'Copy-LxcContainer copies it, with -Snapshot on an overlay, -Ephemeral for one run; both sides start the copies, and LXC refuses to destroy what they need' {
        $name = "tp-$Unique"
        New-Theirs $name privileged
        [IO.File]::WriteAllText("$LxcPath/$name/rootfs/root/mark", "theirs`n")
        [void] (Copy-LxcContainer $name "pfull-$Unique")
        [void] (Copy-LxcContainer $name "pover-$Unique" -Snapshot)
        Assert-Runs "pfull-$Unique" theirs
        Assert-Runs "pover-$Unique" theirs
        & lxc-destroy -P $LxcPath -n $name 2>&1 | Out-Null
        $LASTEXITCODE | Should -Not -Be 0
        Copy-LxcContainer $name "pgone-$Unique" -Ephemeral | Start-LxcContainer
        Stop-LxcContainer "pgone-$Unique" -Kill
        [IO.Directory]::Exists("$LxcPath/pgone-$Unique") | Should -BeFalse
        Remove-LxcContainer "pover-$Unique", $name -Force -Confirm:$false
        [IO.Directory]::Exists("$LxcPath/$name") | Should -BeFalse
    }
}

Describe 'lxc-snapshot: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'takes, lists, restores to a new name, and destroys; both sides start what it restored' {
        $name = "os1-$Unique"
        New-Ours $name privileged
        [IO.File]::WriteAllText("$LxcPath/$name/rootfs/root/mark", "before`n")
        Use-Tool lxc-snapshot -n $name
        [IO.File]::WriteAllText("$LxcPath/$name/rootfs/root/mark", "after`n")
        Use-Tool lxc-snapshot -n $name -L | Should -Match '^snap0 '
        Use-Tool lxc-snapshot -n $name -r snap0 -N "restored-$Unique"
        Assert-Runs "restored-$Unique" before
        Assert-Runs $name after
        Use-Tool lxc-snapshot -n $name -d snap0
        [IO.Directory]::Exists("$LxcPath/$name/snaps/snap0") | Should -BeFalse
    }

    It 'restores in place; both sides start it' {
        $name = "os2-$Unique"
        New-Ours $name privileged
        [IO.File]::WriteAllText("$LxcPath/$name/rootfs/root/mark", "before`n")
        Use-Tool lxc-snapshot -n $name
        [IO.File]::WriteAllText("$LxcPath/$name/rootfs/root/mark", "after`n")
        Use-Tool lxc-snapshot -n $name -r snap0
        Assert-Runs $name before
    }
}

Describe 'lxc-snapshot: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Start-LxcContainer starts what lxc-snapshot restored, Remove-LxcContainer removes it with its snapshots' {
        $name = "ts-$Unique"
        New-Theirs $name privileged
        [IO.File]::WriteAllText("$LxcPath/$name/rootfs/root/mark", "before`n")
        Use-Tool lxc-snapshot -n $name
        [IO.File]::WriteAllText("$LxcPath/$name/rootfs/root/mark", "after`n")
        Use-Tool lxc-snapshot -n $name -r snap0
        Assert-Runs $name before
        Remove-LxcContainer $name -Force -Confirm:$false
        [IO.Directory]::Exists("$LxcPath/$name") | Should -BeFalse
    }

    It 'Checkpoint-, Get-, Restore- and Remove-LxcSnapshot do on it what lxc-snapshot does; each restores what the other took' {
        $name = "tk-$Unique"
        New-Theirs $name privileged
        [IO.File]::WriteAllText("$LxcPath/$name/rootfs/root/mark", "first`n")
        Checkpoint-LxcContainer $name 'by us'
        Use-Tool lxc-snapshot -n $name -L | Should -Match '^snap0 '
        [IO.File]::WriteAllText("$LxcPath/$name/rootfs/root/mark", "second`n")
        Use-Tool lxc-snapshot -n $name
        (Get-LxcSnapshot $name).SnapshotName | Should -Be 'snap0', 'snap1'
        [IO.File]::WriteAllText("$LxcPath/$name/rootfs/root/mark", "third`n")
        Restore-LxcSnapshot $name snap1 -Confirm:$false
        Assert-Runs $name second
        Use-Tool lxc-snapshot -n $name -r snap0
        Assert-Runs $name first
        Restore-LxcSnapshot $name snap1 -NewName "tkn-$Unique" -Confirm:$false
        Assert-Runs "tkn-$Unique" second
        Remove-LxcSnapshot $name snap0, snap1 -Confirm:$false
        (Use-Tool lxc-snapshot -n $name -L) -join ' ' | Should -Match '^No snapshots$'
    }
}

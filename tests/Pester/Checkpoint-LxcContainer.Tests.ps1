BeforeDiscovery {
    $hasLxc = [bool] (Get-Command lxc-snapshot -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $one = "one-$Unique"

    function Set-Mark {
        param([string] $Text, [string] $Name = $one)
        $root = (Get-LxcContainer $Name).Rootfs -replace '^dir:' -replace '^overlay:.*:'
        [IO.File]::WriteAllText("$root/mark", $Text)
    }

    function Get-Mark {
        # As the container itself sees it.
        param([string] $Name = $one)
        Start-LxcContainer $Name
        Invoke-LxcCommand $Name cat /mark
        Stop-LxcContainer $Name -Kill
    }
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Snapshots of a container' {
    BeforeEach {
        [void] (New-TestContainer $one @{ 'lxc.net.0.type' = 'veth'; 'lxc.net.0.hwaddr' = '00:16:3e:11:22:33' })
        Set-Mark 'first'
    }

    AfterEach {
        Get-LxcContainer | Remove-LxcContainer -Force
    }

    It 'are taken with a comment, and listed with their time' -Tag Vm {
        $begin = Get-Date
        Checkpoint-LxcContainer $one | Should -BeNullOrEmpty
        $second = Checkpoint-LxcContainer $one 'before the update' -PassThru
        $second | Should -BeOfType ([LxcPS.LxcSnapshot])
        $second.SnapshotName | Should -Be 'snap1'
        $list = @(Get-LxcSnapshot $one)
        $list.SnapshotName | Should -Be 'snap0', 'snap1'
        $list.Comment | Should -Be '', 'before the update'
        $list[1].Time | Should -BeGreaterOrEqual $begin.AddSeconds(-1)
        $list[1].Time | Should -BeLessOrEqual (Get-Date)
        $list[0].Path | Should -Be "$LxcPath/$one/snaps/snap0"
        (Get-LxcSnapshot -SnapshotName *1).SnapshotName | Should -Be 'snap1'
        Get-LxcContainer | Should -HaveCount 1
    }

    It 'bring the container back: files, configuration, identity' -Tag Vm {
        $before = [IO.File]::ReadAllText("$LxcPath/$one/config")
        Checkpoint-LxcContainer $one
        Set-Mark 'second'
        Set-LxcConfig $one lxc.environment 'A=b'
        Restore-LxcSnapshot $one snap0 -Confirm:$false | Should -BeNullOrEmpty
        Get-Mark | Should -Be 'first'
        [IO.File]::ReadAllText("$LxcPath/$one/config") -replace 'dir:' | Should -BeExactly ($before -replace 'dir:')
        (Get-LxcSnapshot $one).SnapshotName | Should -Be 'snap0'
        [IO.Directory]::GetFileSystemEntries("$LxcPath/$one", '.*') | Should -BeNullOrEmpty

        # As often as one likes.
        Set-Mark 'third'
        (Get-LxcSnapshot $one | Restore-LxcSnapshot -Confirm:$false -PassThru).Name | Should -Be $one
        Get-Mark | Should -Be 'first'
    }

    It 'become containers of their own' {
        Checkpoint-LxcContainer $one
        Set-Mark 'second'
        $copy = Restore-LxcSnapshot $one snap0 -NewName "copy-$Unique" -PassThru -Confirm:$false
        $copy.Name | Should -Be "copy-$Unique"
        $copy.HostName | Should -Be "copy-$Unique"
        (Get-LxcConfig "copy-$Unique" lxc.net.0.hwaddr).Value | Should -Not -Be '00:16:3e:11:22:33'
        Get-Mark "copy-$Unique" | Should -Be 'first'
        Get-Mark $one | Should -Be 'second'
        Test-Path "$LxcPath/copy-$Unique/ts" | Should -BeFalse
    }

    It 'are removed, and their names used again' {
        Checkpoint-LxcContainer $one
        Checkpoint-LxcContainer $one
        Remove-LxcSnapshot $one snap0 -Confirm:$false | Should -BeNullOrEmpty
        (Get-LxcSnapshot $one).SnapshotName | Should -Be 'snap1'
        (Checkpoint-LxcContainer $one -PassThru).SnapshotName | Should -Be 'snap0'
        Get-LxcSnapshot $one | Remove-LxcSnapshot -Confirm:$false
        Get-LxcSnapshot $one | Should -BeNullOrEmpty
    }

    It 'of one that is laid over another need that too' {
        [void] (Copy-LxcContainer $one "laid-$Unique" -Snapshot)
        Set-Mark 'laid' "laid-$Unique"
        Checkpoint-LxcContainer "laid-$Unique"
        Set-Mark 'later' "laid-$Unique"
        Restore-LxcSnapshot "laid-$Unique" snap0 -Confirm:$false
        Get-Mark "laid-$Unique" | Should -Be 'laid'
        (Get-Outcome { Restore-LxcSnapshot $one snap0 -Confirm:$false }).Errors[0].Exception.ErrorId | Should -Be 'SnapshotNotFound'
        Checkpoint-LxcContainer $one
        (Get-Outcome { Restore-LxcSnapshot $one snap0 -Confirm:$false }).Errors[0].Exception.ErrorId | Should -Be 'ContainerNeeded'
        Remove-LxcContainer "laid-$Unique" -Force
        Restore-LxcSnapshot $one snap0 -Confirm:$false
        Test-Path "$LxcPath/$one/lxc_snapshots" | Should -BeFalse
    }

    It 'go along with a change of name' {
        Checkpoint-LxcContainer $one
        Set-Mark 'second'
        Rename-LxcContainer $one "two-$Unique"
        Restore-LxcSnapshot "two-$Unique" snap0 -Confirm:$false
        Get-Mark "two-$Unique" | Should -Be 'first'
    }

    It 'are LXC''s as well: each restores what the other took' -Skip:(-not $hasLxc) {
        Checkpoint-LxcContainer $one 'ours'
        Set-Mark 'second'
        (& lxc-snapshot -P $LxcPath -n $one -L -C) -join ' ' | Should -Match 'snap0 .*ours'
        & lxc-snapshot -P $LxcPath -n $one
        (Get-LxcSnapshot $one).SnapshotName | Should -Be 'snap0', 'snap1'
        Set-Mark 'third'
        Restore-LxcSnapshot $one snap1 -Confirm:$false
        Get-Mark | Should -Be 'second'
        & lxc-snapshot -P $LxcPath -n $one -r snap0
        $LASTEXITCODE | Should -Be 0
        Get-Mark | Should -Be 'first'
        & lxc-snapshot -P $LxcPath -n $one -d snap0
        (Get-LxcSnapshot $one).SnapshotName | Should -Be 'snap1'
    }

    It 'change nothing with -WhatIf' {
        Checkpoint-LxcContainer $one -WhatIf
        Test-Path "$LxcPath/$one/snaps" | Should -BeFalse
        Checkpoint-LxcContainer $one
        Set-Mark 'second'
        Restore-LxcSnapshot $one snap0 -WhatIf
        Remove-LxcSnapshot $one snap0 -WhatIf
        Get-Mark | Should -Be 'second'
        Get-LxcSnapshot $one | Should -HaveCount 1
    }

    It 'are refused where the container runs: <_>' -ForEach 'Checkpoint', 'Restore' {
        Checkpoint-LxcContainer $one
        Start-LxcContainer $one
        $outcome = if ($_ -eq 'Restore') { Get-Outcome { Restore-LxcSnapshot $one snap0 -Confirm:$false } } else { Get-Outcome { Checkpoint-LxcContainer $one } }
        $outcome.Errors.Count | Should -Be 1
        $outcome.Errors[0].Exception.ErrorId | Should -Be 'ContainerRunning'
        $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'Stop-LxcContainer'
        (Get-LxcContainer $one).State | Should -Be 'Running'
    }

    It 'say what is not there' {
        foreach ($script in { Restore-LxcSnapshot $one snap7 -Confirm:$false }, { Remove-LxcSnapshot $one snap7 -Confirm:$false }) {
            $outcome = Get-Outcome $script
            $outcome.Errors.Count | Should -Be 1
            $outcome.Errors[0].Exception.ErrorId | Should -Be 'SnapshotNotFound'
            "$($outcome.Errors[0].CategoryInfo.Category)" | Should -Be 'ObjectNotFound'
        }

        (Get-Outcome { Checkpoint-LxcContainer "no-$Unique" }).Errors[0].Exception.ErrorId | Should -Be 'ContainerNotFound'
        (Get-Outcome { Restore-LxcSnapshot "no-$Unique" snap0 -Confirm:$false }).Errors[0].Exception.ErrorId | Should -Be 'ContainerNotFound'
    }

    It 'complete names' {
        Checkpoint-LxcContainer $one
        $line = "Restore-LxcSnapshot $one -LxcPath '$LxcPath' -SnapshotName sn"
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain 'snap0'
    }

    It 'bring the container back whole or not at all, whenever the restore is killed' {
        $root = "$LxcPath/$one/rootfs"
        & sh -c 'for i in $(seq 400); do echo "first" >"$1/f$i"; done; dd if=/dev/zero of="$1/data" bs=1M count=20 status=none' sh $root
        Checkpoint-LxcContainer $one
        foreach ($delay in 0, 10, 25, 40, 60, 90) {
            & sh -c 'for i in $(seq 400); do echo "second" >"$1/f$i"; done' sh $root
            $session = Start-Session "Restore-LxcSnapshot '$one' snap0 -LxcPath '$LxcPath' -Confirm:`$false"
            [void] (Wait-Until { (Test-Path "$LxcPath/$one/.restore") -or $session.HasExited })
            Start-Sleep -Milliseconds $delay
            & kill -KILL $session.Id
            $session.WaitForExit()
            (Get-LxcContainer $one).State | Should -Be 'Stopped'
            [void] (Get-LxcConfig $one)
            $words = @(& sh -c 'cat "$1"/f* | sort -u' sh $root)
            $words.Count | Should -Be 1 -Because 'all files are of one time'
        }

        Restore-LxcSnapshot $one snap0 -Confirm:$false
        & sh -c 'cat "$1"/f* | sort -u' sh $root | Should -Be 'first'
        [IO.Directory]::GetFileSystemEntries("$LxcPath/$one", '.*') | Should -BeNullOrEmpty
    }
}

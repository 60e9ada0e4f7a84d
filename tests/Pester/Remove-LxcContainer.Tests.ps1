BeforeDiscovery {
    . $PSScriptRoot/BadNames.ps1
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Remove-LxcContainer' {
    BeforeEach {
        $one = "one-$Unique"
        $two = "two-$Unique"
        [void] (New-LxcContainer $one, $two -Template None)
    }

    AfterEach {
        Get-LxcContainer | Remove-LxcContainer -Force
    }

    It 'removes a container with all its files, and emits nothing' {
        $name = "files-$Unique"
        [void] (New-TestContainer $name)
        [IO.File]::WriteAllText("$LxcPath/$name/rootfs/root/file", 'x')
        [void] [IO.Directory]::CreateDirectory("$LxcPath/$name/snaps/snap0")
        Remove-LxcContainer $name -Confirm:$false | Should -BeNullOrEmpty
        [IO.Directory]::Exists("$LxcPath/$name") | Should -BeFalse
        Get-Outcome { Get-LxcContainer $name } | ForEach-Object { $_.Errors.Exception.ErrorId } | Should -Be 'ContainerNotFound'
    }

    It 'takes arrays, wildcards, objects, text and property names' {
        Remove-LxcContainer $one, $two -Confirm:$false
        Get-LxcContainer | Should -BeNullOrEmpty
        New-LxcContainer $one, $two -Template None | Remove-LxcContainer -Confirm:$false
        Get-LxcContainer | Should -BeNullOrEmpty
        [void] (New-LxcContainer $one, $two -Template None)
        $one, [pscustomobject]@{ Name = $two; LxcPath = $LxcPath } | Remove-LxcContainer -Confirm:$false
        Get-LxcContainer | Should -BeNullOrEmpty
        [void] (New-LxcContainer $one, $two, "other-$Unique" -Template None)
        Remove-LxcContainer "[ot][nw]?-$Unique" -Confirm:$false
        (Get-LxcContainer).Name | Should -Be "other-$Unique"
        Remove-LxcContainer 'nothing*' -Confirm:$false
    }

    It 'removes a piped container, not one of its name below the default path' {
        New-LxcContainer $one -Template None -LxcPath "$LxcPath/other" | Remove-LxcContainer -Force
        [IO.Directory]::Exists("$LxcPath/other/$one") | Should -BeFalse
        (Get-LxcContainer $one).Name | Should -Be $one
        [IO.Directory]::Delete("$LxcPath/other")
    }

    It 'follows no link out of the container' {
        $name = "links-$Unique"
        [void] (New-TestContainer $name)
        [void] [IO.Directory]::CreateDirectory("$LxcPath/outside")
        [IO.File]::WriteAllText("$LxcPath/outside/file", 'kept')
        [void] [IO.Directory]::CreateSymbolicLink("$LxcPath/$name/rootfs/srv/link", "$LxcPath/outside")
        Remove-LxcContainer $name -Confirm:$false
        [IO.File]::ReadAllText("$LxcPath/outside/file") | Should -BeExactly 'kept'
        [IO.Directory]::Delete("$LxcPath/outside", $true)
    }

    It 'removes a tree that is deeper than any path, and closed directories' {
        $name = "deep-$Unique"
        [void] (New-TestContainer $name)
        # Two halves of 150 names each, one moved to the end of the other: more than the 4,096 bytes of a path.
        Start-LxcContainer $name -Command sh '-c' (
            'p=; i=0; while [ $i -lt 150 ]; do p=$p/dddddddddddddddddddd; i=$((i+1)); done; ' +
            'mkdir -p /srv/a$p /srv/b$p && touch /srv/a$p/file && mv /srv/a /srv/b$p/ && chmod 000 /srv/b')
        $LASTEXITCODE | Should -Be 0
        (find "$LxcPath/$name/rootfs/srv" -name file).Length | Should -BeGreaterThan 6000
        Remove-LxcContainer $name -Confirm:$false
        [IO.Directory]::Exists("$LxcPath/$name") | Should -BeFalse
    }

    It 'ends and removes with -Force what runs, is suspended, or ignores signals' {
        $name = "busy-$Unique"
        [void] (New-TestContainer $name, "frozen-$Unique")
        Start-LxcContainer $name, "frozen-$Unique"
        Suspend-LxcContainer "frozen-$Unique"
        $ids = (Get-LxcContainer $name, "frozen-$Unique").ProcessId
        Remove-LxcContainer $name, "frozen-$Unique" -Force
        foreach ($id in $ids) {
            [IO.Directory]::Exists("/proc/$id") | Should -BeFalse
        }

        (Get-LxcContainer).Name | Should -Be $one, $two
        Get-Leftover | Should -BeNullOrEmpty
    }

    It 'asks by default, for High is the impact of what destroys: where nobody can answer nothing goes' {
        $cmdlet = [LxcPS.Commands.RemoveLxcContainerCommand].GetCustomAttributes([Management.Automation.CmdletAttribute], $false)
        $cmdlet.ConfirmImpact | Should -Be High
        [void] (Get-SessionText "Remove-LxcContainer $one")
        [IO.Directory]::Exists("$LxcPath/$one") | Should -BeTrue
        [void] (Get-SessionText "Remove-LxcContainer $one -Confirm:`$false; Remove-LxcContainer $two -Force")
        Get-LxcContainer | Should -BeNullOrEmpty
    }

    It 'shows what it would do under -WhatIf, with -Force too, and removes nothing' {
        $text = Get-SessionText "Remove-LxcContainer $one, $two -WhatIf; Remove-LxcContainer $one -Force -WhatIf; `$WhatIfPreference = `$true; Remove-LxcContainer $two -Force"
        [regex]::Matches($text, 'What if: ').Count | Should -Be 4
        $text | Should -Match "What if: .*`"Remove container and all its files`".*`"$one`""
        (Remove-LxcContainer $one -WhatIf -PassThru).Name | Should -Be $one
        (Get-LxcContainer).Name | Should -Be $one, $two
    }

    It 'clears what a killed monitor left' {
        $name = "killed-$Unique"
        [void] (New-TestContainer $name)
        Start-LxcContainer $name
        $monitor = Get-Monitor $name
        $monitor.Count | Should -Be 2
        Stop-Process -Id $monitor.Keeper -Force
        Wait-Until { (Get-LxcContainer $name).State -eq 'Stopped' } | Should -BeTrue
        Remove-LxcContainer $name -Confirm:$false
        Get-Leftover | Should -BeNullOrEmpty
        find /sys/fs/cgroup -name "*$name*" | Should -BeNullOrEmpty
    }

    It 'removes a container whose configuration cannot be read' {
        [IO.File]::AppendAllText("$LxcPath/$one/config", "lxc.uts.name`n")
        Remove-LxcContainer $one -Confirm:$false
        [IO.Directory]::Exists("$LxcPath/$one") | Should -BeFalse
    }
}

Describe 'Errors of Remove-LxcContainer' {
    It 'refuses <Title> as name, and removes nothing' -ForEach $badNames {
        [IO.File]::WriteAllText("$LxcPath/file", '')
        Assert-OneError (Get-Outcome { Remove-LxcContainer $Value -Force }) InvalidName InvalidArgument $Value
        [IO.File]::Exists("$LxcPath/file") | Should -BeTrue
        [IO.File]::Delete("$LxcPath/file")
    }

    It 'refuses a container that runs without -Force, and leaves it running' {
        $name = "running-$Unique"
        [void] (New-TestContainer $name)
        Start-LxcContainer $name
        $outcome = Get-Outcome { Remove-LxcContainer $name -Confirm:$false }
        Assert-OneError $outcome ContainerRunning InvalidOperation $name
        $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -BeLike '*-Force*'
        (Get-LxcContainer $name).State | Should -Be Running
        Invoke-LxcCommand $name test '-e' /bin/busybox
        $LASTEXITCODE | Should -Be 0
        Remove-LxcContainer $name -Force
    }

    It 'writes an error for each that there is not, and removes the others' {
        $name = "there-$Unique"
        [void] (New-LxcContainer $name -Template None)
        $outcome = Get-Outcome { "none-$Unique", '', $name | Remove-LxcContainer -Force }
        $outcome.Errors.Exception.ErrorId | Should -Be 'ContainerNotFound', 'InvalidName'
        $outcome.Errors.TargetObject | Should -Be "none-$Unique", ''
        [IO.Directory]::Exists("$LxcPath/$name") | Should -BeFalse
    }

    It 'writes an error for an object whose container has gone meanwhile' {
        $name = "gone-$Unique"
        $container = New-LxcContainer $name -Template None
        Remove-LxcContainer $name -Confirm:$false
        Assert-OneError (Get-Outcome { $container | Remove-LxcContainer -Force }) ContainerNotFound ObjectNotFound $name
    }

    It 'leaves alone a directory that is no container' {
        [void] [IO.Directory]::CreateDirectory("$LxcPath/plain/rootfs")
        Assert-OneError (Get-Outcome { Remove-LxcContainer plain -Force }) ContainerNotFound ObjectNotFound plain
        [IO.Directory]::Exists("$LxcPath/plain/rootfs") | Should -BeTrue
        [IO.Directory]::Delete("$LxcPath/plain", $true)
    }

    It 'refuses while something is mounted in it, and keeps every file' {
        $name = "mounted-$Unique"
        [void] (New-TestContainer $name)
        mount -t tmpfs -o size=100k lxcps-test-disk "$LxcPath/$name/rootfs/mnt"
        try {
            $outcome = Get-Outcome { Remove-LxcContainer $name -Force }
            Assert-OneError $outcome StorageFailed InvalidOperation $name
            $outcome.Errors[0].Exception.Message | Should -BeLike "*$LxcPath/$name/rootfs/mnt*"
            [IO.File]::Exists("$LxcPath/$name/rootfs/bin/busybox") | Should -BeTrue
        }
        finally {
            umount "$LxcPath/$name/rootfs/mnt"
        }

        Remove-LxcContainer $name -Confirm:$false
    }
}

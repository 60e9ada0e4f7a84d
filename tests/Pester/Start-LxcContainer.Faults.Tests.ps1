BeforeDiscovery {
    . $PSScriptRoot/BadNames.ps1
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $one = "one-$Unique"
    $bad = "bad-$Unique"
    [void] (New-TestContainer $one)
    $tree = "$LxcPath/tree"
    [void] [IO.Directory]::CreateDirectory("$tree/sbin")
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Errors of Start-LxcContainer' {
    AfterEach {
        # Nothing half-made, and the name is free.
        Get-LxcContainer -State Starting, Aborting, Stopping | Should -BeNullOrEmpty
        Stop-LxcContainer "*-$Unique" -Kill
        if (Get-LxcContainer "$bad*") {
            Remove-LxcContainer $bad -Confirm:$false
        }

        Get-Leftover | Should -BeNullOrEmpty
        Get-HeldLock | Should -BeNullOrEmpty
    }

    It 'refuses <Title> as name' -ForEach $badNames {
        Assert-OneError (Get-Outcome { Start-LxcContainer $Value }) InvalidName InvalidArgument $Value
    }

    It 'writes an error for each that fails, and starts the others' {
        [void] (New-LxcContainer $bad -Template None -Config @{ 'lxc.rootfs.path' = "dir:$LxcPath/missing" })
        $outcome = Get-Outcome { "none-$Unique", $bad, $one, '' | Start-LxcContainer -PassThru }
        $outcome.Errors.Exception.ErrorId | Sort-Object | Should -Be 'ContainerNotFound', 'InvalidName', 'RootfsFailed'
        $outcome.Output.Name | Should -Be $one
        $outcome.Output.State | Should -Be Running
    }

    It 'refuses a container that runs, and leaves it running' {
        Start-LxcContainer $one
        $id = (Get-LxcContainer $one).ProcessId
        Assert-OneError (Get-Outcome { Start-LxcContainer $one }) ContainerRunning InvalidOperation $one
        (Get-LxcContainer $one).ProcessId | Should -Be $id
    }

    It 'refuses one that LXC started' -Tag Vm {
        # Privileged: LXC asks newuidmap for maps, which knows those of /etc/subuid only.
        [void] (New-TestContainer $bad -Privileged)
        lxc-start -P $LxcPath -n $bad -d
        $LASTEXITCODE | Should -Be 0
        Assert-OneError (Get-Outcome { Start-LxcContainer $bad }) ContainerRunning InvalidOperation $bad
        (Get-LxcContainer $bad).State | Should -Be Running
        Stop-LxcContainer $bad -Kill
        (Get-LxcContainer $bad).State | Should -Be Stopped
    }

    It 'names file and line of a configuration that does not parse' {
        $path = (New-TestContainer $bad).ConfigPath
        [IO.File]::AppendAllText($path, "# comment`nlxc.uts.name`n")
        $line = [IO.File]::ReadAllLines($path).Length
        $outcome = Get-Outcome { Start-LxcContainer $bad }
        Assert-OneError $outcome ConfigSyntax ParserError $bad
        $outcome.Errors[0].Exception.Path | Should -BeExactly $path
        $outcome.Errors[0].Exception.Line | Should -Be $line
        $outcome.Errors[0].Exception.Message | Should -BeLike "*$path*line $line*"
    }

    It 'names file, line and key of <Key> = <Value>' -ForEach @(
        @{ Key = 'lxc.nonsense'; Value = '1'; Id = 'ConfigUnknownKey'; Category = 'ParserError' }
        @{ Key = 'lxc.start.auto'; Value = 'perhaps'; Id = 'ConfigInvalidValue'; Category = 'InvalidArgument' }
        @{ Key = 'lxc.idmap'; Value = 'u 0 4294967290 65536'; Id = 'ConfigInvalidValue'; Category = 'InvalidArgument' }
    ) {
        $path = (New-TestContainer $bad).ConfigPath
        [IO.File]::AppendAllText($path, "$Key = $Value`n")
        $outcome = Get-Outcome { Start-LxcContainer $bad }
        Assert-OneError $outcome $Id $Category $bad
        $outcome.Errors[0].Exception.ConfigKey | Should -BeExactly $Key
        $outcome.Errors[0].Exception.Line | Should -Be ([IO.File]::ReadAllLines($path).Length)
        $outcome.Errors[0].Exception.Message | Should -BeLike "*$path*"
    }

    It 'names step, call, errno and key of a root file system that is missing' {
        [void] (New-LxcContainer $bad -Template None -Config @{ 'lxc.rootfs.path' = "dir:$LxcPath/missing" })
        $outcome = Get-Outcome { Start-LxcContainer $bad }
        Assert-OneError $outcome RootfsFailed ObjectNotFound $bad
        $exception = $outcome.Errors[0].Exception
        $exception.Step | Should -BeExactly 'rootfs'
        $exception.Call | Should -BeExactly 'open_tree'
        $exception.Errno | Should -Be 2
        $exception.Path | Should -BeExactly "$LxcPath/missing"
        $exception.ConfigKey | Should -BeExactly 'lxc.rootfs.path'
        $exception.Message | Should -BeLike "*open_tree*$LxcPath/missing*ENOENT*"
    }

    It 'names step, call, errno and key of an init that <Title>' -ForEach @(
        @{ Title = 'is missing'; Content = $null; Mode = 755; Errno = 2; Category = 'ObjectNotFound' }
        @{ Title = 'is not executable'; Content = "#!/sbin/other`n"; Mode = 644; Errno = 13; Category = 'PermissionDenied' }
        @{ Title = 'has an interpreter that is missing'; Content = "#!/sbin/other`n"; Mode = 755; Errno = 2; Category = 'ObjectNotFound' }
        @{ Title = 'is no program'; Content = "no program`n"; Mode = 755; Errno = 8; Category = 'ResourceUnavailable' }
        @{ Title = 'is a directory'; Content = ''; Mode = 755; Errno = 13; Category = 'PermissionDenied' }
    ) {
        $init = "$tree/sbin/init"
        if ($Content) {
            [IO.File]::WriteAllText($init, $Content)
            chmod $Mode $init
        }
        elseif ($null -ne $Content) {
            [void] [IO.Directory]::CreateDirectory($init)
        }

        [void] (New-LxcContainer $bad -Template None -Config @{ 'lxc.rootfs.path' = "dir:$tree" })
        $outcome = Get-Outcome { Start-LxcContainer $bad }
        Remove-Item $init -Recurse -ErrorAction Ignore
        Assert-OneError $outcome InitFailed $Category $bad
        $exception = $outcome.Errors[0].Exception
        $exception.Step | Should -BeExactly 'exec'
        $exception.Call | Should -BeExactly 'execve'
        $exception.Errno | Should -Be $Errno
        $exception.Path | Should -BeExactly '/sbin/init'
        $exception.ConfigKey | Should -BeExactly 'lxc.init.cmd'
    }

    It 'names the id map that the kernel refuses' {
        [void] (New-TestContainer $bad -Config @{ 'lxc.idmap' = 'u 0 100000 65536', 'u 10 300000 65536', 'g 0 100000 65536' })
        $outcome = Get-Outcome { Start-LxcContainer $bad }
        Assert-OneError $outcome IdMapFailed InvalidArgument $bad
        $outcome.Errors[0].Exception.Step | Should -BeExactly 'idmap'
        $outcome.Errors[0].Exception.ConfigKey | Should -BeExactly 'lxc.idmap'
        $outcome.Errors[0].Exception.Errno | Should -Be 22
        $outcome.Errors[0].Exception.Message | Should -BeLike '*10 300000 65536*'
    }

    It 'names the mount entry that fails' {
        [void] (New-TestContainer $bad -Config @{ 'lxc.mount.entry' = '/no/such/source mnt none bind 0 0' })
        $outcome = Get-Outcome { Start-LxcContainer $bad }
        Assert-OneError $outcome MountFailed ObjectNotFound $bad
        $outcome.Errors[0].Exception.ConfigKey | Should -BeExactly 'lxc.mount.entry'
        $outcome.Errors[0].Exception.Errno | Should -Be 2
        $outcome.Errors[0].Exception.Message | Should -BeLike '*/no/such/source mnt none bind 0 0*'
    }

    It 'names the hook that fails' -Tag Vm {
        [void] (New-TestContainer $bad -Config @{ 'lxc.hook.pre-start' = '/bin/false' })
        $outcome = Get-Outcome { Start-LxcContainer $bad }
        Assert-OneError $outcome HookFailed InvalidOperation $bad
        $outcome.Errors[0].Exception.ConfigKey | Should -BeExactly 'lxc.hook.pre-start'
        $outcome.Errors[0].Exception.Message | Should -BeLike '*/bin/false*'
    }

    It 'names the limit that the kernel refuses' -Tag Vm {
        [void] (New-TestContainer $bad)
        Set-LxcCgroup $bad -Pids 10
        $key = [IO.File]::ReadAllLines("$LxcPath/$bad/config") -match 'pids\.max' -replace '\s*=.*'
        Set-LxcContainer $bad -Config @{ $key[0] = 'many' }
        $outcome = Get-Outcome { Start-LxcContainer $bad }
        Assert-OneError $outcome CgroupRefused InvalidArgument $bad
        $outcome.Errors[0].Exception.ConfigKey | Should -BeExactly $key[0]
        $outcome.Errors[0].Exception.Errno | Should -Be 22
    }

    It 'refuses a key or value of -Config for this start' {
        Assert-OneError (Get-Outcome { Start-LxcContainer $one -Config @{ 'lxc.nonsense' = 1 } }) ConfigUnknownKey ParserError $one
        Assert-OneError (Get-Outcome { Start-LxcContainer $one -Config @{ 'lxc.autodev' = 'maybe' } }) ConfigInvalidValue InvalidArgument $one
        (Get-LxcContainer $one).State | Should -Be Stopped
    }

    It 'leaves nothing when it is stopped half way' -Tag Vm {
        # A hook that waits, when all has been made and init is about to run: there Ctrl+C comes.
        $mark = "$LxcPath/mark"
        $hook = "$LxcPath/hook"
        [IO.File]::WriteAllText($hook, "#!/bin/sh`n: > $mark`nexec sleep 600`n")
        chmod 755 $hook
        [void] (New-TestContainer $bad -Config @{ 'lxc.hook.start-host' = $hook })
        $other = Start-Beside "Start-LxcContainer $bad"
        Wait-Until { [IO.File]::Exists($mark) } | Should -BeTrue
        (Stop-Beside $other).TotalSeconds | Should -BeLessThan 10
        Wait-Until { (Get-LxcContainer $bad).State -eq 'Stopped' } | Should -BeTrue
        Get-ProcessTable | Where-Object CommandLine -Like "*$hook*" | Should -BeNullOrEmpty
        [IO.File]::Delete($mark)
        [IO.File]::Delete($hook)
    }
}

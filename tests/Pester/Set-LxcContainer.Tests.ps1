BeforeDiscovery {
    . $PSScriptRoot/BadNames.ps1
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $one = "one-$Unique"
    $two = "two-$Unique"
    [void] (New-TestContainer $one, $two)

    function Get-ConfigLine {
        # The lines of a key, in order.
        param([string] $Name, [string] $Key)
        [IO.File]::ReadAllLines("$LxcPath/$Name/config") | Where-Object { $_ -match "^$([regex]::Escape($Key))\s*=" }
    }
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Set-LxcContainer' {
    It 'writes what its parameters name, and emits nothing' {
        Set-LxcContainer $one -AutoStart $true -StartOrder 3 -StartDelay 1.5 -Group web, db -HostName front -InitCommand '/sbin/init quiet' |
            Should -BeNullOrEmpty
        Get-ConfigLine $one lxc.start.auto | Should -Be 'lxc.start.auto = 1'
        Get-ConfigLine $one lxc.start.order | Should -Be 'lxc.start.order = 3'
        Get-ConfigLine $one lxc.start.delay | Should -Be 'lxc.start.delay = 2' -Because 'LXC has whole seconds, and less would be too early'
        Get-ConfigLine $one lxc.group | Should -Be 'lxc.group = web', 'lxc.group = db'
        Get-ConfigLine $one lxc.init.cmd | Should -Be 'lxc.init.cmd = /sbin/init quiet'
        $container = Get-LxcContainer $one
        $container.AutoStart | Should -BeTrue
        $container.Group | Should -Be 'web', 'db'
        $container.HostName | Should -BeExactly 'front'
        Set-LxcContainer $one -AutoStart $false -StartDelay (New-TimeSpan -Minutes 2) -Config @{ 'lxc.init.cmd' = $null }
        Get-ConfigLine $one lxc.start.auto | Should -Be 'lxc.start.auto = 0'
        Get-ConfigLine $one lxc.start.delay | Should -Be 'lxc.start.delay = 120'
        Get-ConfigLine $one lxc.start.order | Should -Be 'lxc.start.order = 3' -Because 'what is not named stays'
        Get-ConfigLine $one lxc.init.cmd | Should -BeNullOrEmpty
    }

    It 'replaces, removes and repeats keys of -Config' {
        Set-LxcContainer $one -Config @{ 'lxc.environment' = 'A=1', 'B=two words' }
        Get-ConfigLine $one lxc.environment | Should -Be 'lxc.environment = A=1', 'lxc.environment = B=two words'
        Set-LxcContainer $one -Config @{ 'lxc.environment' = 'C=3' }
        Get-ConfigLine $one lxc.environment | Should -Be 'lxc.environment = C=3'
        Set-LxcContainer $one -Config @{ 'lxc.environment' = '' }
        Get-ConfigLine $one lxc.environment | Should -BeNullOrEmpty
        Set-LxcContainer $one -Group @()
        Get-ConfigLine $one lxc.group | Should -BeNullOrEmpty
    }

    It 'keeps comments, order, unknown keys of other tools and the file''s mode' {
        $path = "$LxcPath/$two/config"
        $before = [IO.File]::ReadAllLines($path)
        [IO.File]::WriteAllLines($path, @('# a comment', '', 'other.tool = kept', "lxc.start.auto`t=  0   ") + $before + '# the end')
        chmod 640 $path
        Set-LxcContainer $two -AutoStart $true -HostName back
        $after = [IO.File]::ReadAllLines($path)
        $after[0..2] | Should -Be '# a comment', '', 'other.tool = kept'
        $after[3] -replace '\s', '' | Should -Be 'lxc.start.auto=1'
        $after[-1] | Should -Be '# the end'
        $after[4..($after.Length - 2)] | Should -Be ($before -replace '^lxc\.uts\.name = .*', 'lxc.uts.name = back')
        stat -c %a $path | Should -Be 640
    }

    It 'applies at the next start, and not to what runs' {
        Set-LxcContainer $two -Config @{ 'lxc.environment' = 'MARK=first' }
        Start-LxcContainer $two
        Set-LxcContainer $two -HostName later -Config @{ 'lxc.environment' = 'MARK=second' }
        Invoke-LxcCommand $two hostname | Should -Be 'back'
        Restart-LxcContainer $two -Kill
        Invoke-LxcCommand $two hostname | Should -Be 'later'
        Stop-LxcContainer $two -Kill
        Start-LxcContainer $two -Command sh '-c' 'echo $MARK' | Should -Be 'second'
    }

    It 'takes quotes in the command of init' {
        Set-LxcContainer $two -InitCommand "/bin/sh -c 'cat /proc/1/cmdline; exec sleep ""1000""'"
        Start-LxcContainer $two
        (Invoke-LxcCommand $two cat '/proc/1/cmdline').Split([char] 0) | Should -Be 'sleep', '1000', ''
        Stop-LxcContainer $two -Kill
        Set-LxcContainer $two -Config @{ 'lxc.init.cmd' = $null }
    }

    It 'takes wildcards, arrays, objects, text and property names' {
        Set-LxcContainer "*-$Unique" -StartOrder 11
        Get-ConfigLine $one lxc.start.order | Should -Be 'lxc.start.order = 11'
        Get-ConfigLine $two lxc.start.order | Should -Be 'lxc.start.order = 11'
        Get-LxcContainer $one, $two | Set-LxcContainer -StartOrder 12
        $one, $two | Set-LxcContainer -StartDelay 4
        [pscustomobject]@{ Name = $one; LxcPath = $LxcPath } | Set-LxcContainer -AutoStart $true
        Set-LxcContainer -InputObject (Get-LxcContainer $two) -AutoStart $true
        foreach ($name in $one, $two) {
            Get-ConfigLine $name lxc.start.order | Should -Be 'lxc.start.order = 12'
            Get-ConfigLine $name lxc.start.delay | Should -Be 'lxc.start.delay = 4'
            (Get-LxcContainer $name).AutoStart | Should -BeTrue
        }
    }

    It 'emits the container as it is then with -PassThru' {
        $container = Set-LxcContainer $one -HostName third -PassThru
        $container | Should -BeOfType ([LxcPS.LxcContainer])
        $container.HostName | Should -BeExactly 'third'
    }

    It 'writes nothing under -WhatIf, says so, and passes objects on' {
        $before = [IO.File]::ReadAllText("$LxcPath/$one/config")
        Get-SessionText "Set-LxcContainer $one -HostName never -WhatIf" | Should -Match "What if: .*`"Set configuration`".*`"$one`""
        (Set-LxcContainer $one -HostName never -WhatIf -PassThru).Name | Should -Be $one
        [IO.File]::ReadAllText("$LxcPath/$one/config") | Should -BeExactly $before
    }

    It 'loses no change of two sessions at once' {
        $other = Start-Beside "1..20 | ForEach-Object { Set-LxcContainer $one -StartOrder `$_ }"
        1..20 | ForEach-Object { Set-LxcContainer $one -StartDelay $_ }
        [void] $other.Pipeline.EndInvoke($other.Handle)
        $other.Pipeline.Streams.Error | Should -BeNullOrEmpty
        $other.Pipeline.Dispose()
        Get-ConfigLine $one lxc.start.order | Should -Be 'lxc.start.order = 20'
        Get-ConfigLine $one lxc.start.delay | Should -Be 'lxc.start.delay = 20'
    }
}

Describe 'Errors of Set-LxcContainer' {
    BeforeEach {
        $before = [IO.File]::ReadAllText("$LxcPath/$one/config")
    }

    AfterEach {
        [IO.File]::ReadAllText("$LxcPath/$one/config") | Should -BeExactly $before -Because 'all changes are made or none'
        [IO.Directory]::GetFileSystemEntries("$LxcPath/$one").Length | Should -Be 2 -Because 'no half-written file stays'
    }

    It 'refuses <Title> as name' -ForEach $badNames {
        Assert-OneError (Get-Outcome { Set-LxcContainer $Value -AutoStart $true }) InvalidName InvalidArgument $Value
    }

    It 'writes an error for each that there is not, and goes on' {
        $outcome = Get-Outcome { "none-$Unique", $two, '' | Set-LxcContainer -StartOrder 40 }
        $outcome.Errors.Exception.ErrorId | Should -Be 'ContainerNotFound', 'InvalidName'
        $outcome.Errors.TargetObject | Should -Be "none-$Unique", ''
        Get-ConfigLine $two lxc.start.order | Should -Be 'lxc.start.order = 40'
    }

    It 'refuses <Key> = <Value>, and changes nothing else that was asked for with it' -ForEach @(
        @{ Key = 'lxc.nonsense'; Value = '1'; Id = 'ConfigUnknownKey'; Category = 'ParserError' }
        @{ Key = 'lxc.start.auto'; Value = 'yes'; Id = 'ConfigInvalidValue'; Category = 'InvalidArgument' }
        @{ Key = 'lxc.idmap'; Value = 'u 0 4294967295 1'; Id = 'ConfigInvalidValue'; Category = 'InvalidArgument' }
        @{ Key = 'lxc.signal.halt'; Value = 'SIGNOTHING'; Id = 'ConfigInvalidValue'; Category = 'InvalidArgument' }
        @{ Key = 'lxc.pty.max'; Value = '-3'; Id = 'ConfigInvalidValue'; Category = 'InvalidArgument' }
    ) {
        $outcome = Get-Outcome { Set-LxcContainer $one -HostName never -Config @{ $Key = $Value } }
        Assert-OneError $outcome $Id $Category $one
        $outcome.Errors[0].Exception.ConfigKey | Should -BeExactly $Key
        $outcome.Errors[0].Exception.Path | Should -BeExactly "$LxcPath/$one/config"
    }

    It 'refuses a value that would begin another line' {
        Assert-OneError (Get-Outcome { Set-LxcContainer $one -HostName "x`nlxc.cap.drop = none" }) ConfigInvalidValue InvalidArgument $one
    }

    It 'names file and line of a configuration that does not parse, and leaves it' {
        $path = "$LxcPath/$two/config"
        $text = [IO.File]::ReadAllText($path)
        [IO.File]::AppendAllText($path, "lxc.uts.name`n")
        $broken = [IO.File]::ReadAllText($path)
        $outcome = Get-Outcome { Set-LxcContainer $two, $one -Config @{} }
        Assert-OneError $outcome ConfigSyntax ParserError $two
        $outcome.Errors[0].Exception.Path | Should -BeExactly $path
        $outcome.Errors[0].Exception.Line | Should -Be ($broken.Split("`n").Length - 1)
        $outcome.Errors[0].Exception.Message | Should -BeLike "*$path*line*"
        [IO.File]::ReadAllText($path) | Should -BeExactly $broken
        [IO.File]::WriteAllText($path, $text)
    }

    It 'says that the disk is full, and keeps the configuration that there was' {
        $disk = "$LxcPath/disk"
        [void] [IO.Directory]::CreateDirectory($disk)
        mount -t tmpfs -o size=300k lxcps-test-disk $disk
        try {
            $path = (New-LxcContainer "full-$Unique" -Template None -LxcPath $disk).ConfigPath
            $text = [IO.File]::ReadAllText($path)
            dd if=/dev/zero of="$disk/filling" bs=4096 status=none 2>&1 | Out-Null
            $outcome = Get-Outcome { Set-LxcContainer "full-$Unique" -LxcPath $disk -Config @{ 'lxc.environment' = "LONG=$('x' * 9000)" } }
            Assert-OneError $outcome StorageFull LimitsExceeded "full-$Unique"
            [IO.File]::ReadAllText($path) | Should -BeExactly $text
            [IO.Directory]::GetFileSystemEntries("$disk/full-$Unique").Length | Should -Be 1
        }
        finally {
            umount $disk
            [IO.Directory]::Delete($disk)
        }
    }
}

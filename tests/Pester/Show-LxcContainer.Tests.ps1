BeforeDiscovery {
    $noTerminal = -not (Get-Command script -CommandType Application -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Terminal.ps1
    $idle = "a-$Unique"
    $busy = "b-$Unique"
    $stopped = "c-$Unique"
    [void] (New-TestContainer $idle, $busy, $stopped)
    Start-LxcContainer $idle, $busy
    $idle, $busy | ForEach-Object { Wait-Init $_ }
    # Ends with its container.
    Invoke-LxcCommand $busy sh '-c', '(while :; do :; done) >/dev/null 2>&1 &'

    function Get-Shown {
        # The tables of a call, as lines.
        param([scriptblock] $Command)
        $text = (& $Command 6>&1 | ForEach-Object { "$_" }) -join "`n"
        $text.Trim() -split '\r?\n' | Where-Object { $_ }
    }

    function Send-Key {
        param([object] $Terminal, [string] $Keys)
        $Terminal.Text = ''
        $Terminal.Process.StandardInput.Write($Keys)
        $Terminal.Process.StandardInput.Flush()
    }
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'Show-LxcContainer without a terminal' {
    It 'writes one table of those that run, with their sum, and emits nothing' {
        Show-LxcContainer 6>$null | Should -BeNullOrEmpty
        $lines = Get-Shown { Show-LxcContainer }
        $lines.Count | Should -Be 4
        $lines[0] | Should -Match '^Name▲ +CPU% +CPU +Memory +Read +Written +Processes$'
        $lines[1] | Should -Match "^$idle +- +[\d.]+s +"
        $lines[2] | Should -Match "^$busy +- +[\d.]+s +"
        $lines[3] | Should -Match '^TOTAL 2 +- +'
    }

    It 'tells the per cent of a processor since the last look' {
        $lines = Get-Shown { Show-LxcContainer -Count 2 -Interval 1 }
        $lines.Count | Should -Be 8
        [double] ($lines[6] -split ' +')[1] | Should -BeGreaterThan 5
        [double] ($lines[5] -split ' +')[1] | Should -BeLessThan ([double] ($lines[6] -split ' +')[1])
    }

    It 'has the numbers that Get-LxcCgroup has' {
        $use = Get-LxcCgroup $idle
        $cells = (Get-Shown { Show-LxcContainer $idle })[1] -split ' {2,}'
        if ($null -ne $use.PidsUsage) {
            $cells[-1] | Should -Be $use.PidsUsage
        }

        if ($null -ne $use.MemoryUsage) {
            $cells -join '|' | Should -Match '\d (B|KiB|MiB)'
        }
    }

    It 'sorts by <Key>' -ForEach @(
        @{ Key = 'Name'; Mark = 'Name▲' }, @{ Key = 'Cpu'; Mark = 'CPU%▼' }, @{ Key = 'Memory'; Mark = 'Memory▼' }, @{ Key = 'Io'; Mark = 'Read▼' }, @{ Key = 'Processes'; Mark = 'Processes▼' }
    ) {
        (Get-Shown { Show-LxcContainer -SortBy $Key })[0] | Should -Match $Mark
        (Get-Shown { Show-LxcContainer -SortBy $Key -Descending:($Key -eq 'Name') })[0] | Should -Match $Mark.Substring(0, 4)
    }

    It 'has the busiest first by processor, and the last name first with -Descending' {
        (Get-Shown { Show-LxcContainer -SortBy Cpu })[1] | Should -Match "^$busy "
        (Get-Shown { Show-LxcContainer -SortBy Cpu -Descending:$false })[1] | Should -Match "^$idle "
        (Get-Shown { Show-LxcContainer -Descending })[1] | Should -Match "^$busy "
    }

    It 'takes names, patterns and the pipeline' {
        (Get-Shown { Show-LxcContainer "b-*" })[1] | Should -Match "^$busy "
        (Get-Shown { Get-LxcContainer | Show-LxcContainer }).Count | Should -Be 4
        (Get-Shown { Show-LxcContainer $stopped }).Count | Should -Be 2
        (Get-Shown { Show-LxcContainer $idle, 'a-*' }).Count | Should -Be 3
    }

    It 'says that a container does not exist, and shows no table for it' {
        $lines = Get-Shown { Show-LxcContainer "none-$Unique" -ErrorAction SilentlyContinue -ErrorVariable script:problems }
        $lines | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ContainerNotFound,*'
    }

    It 'refuses numbers and keys that are none' {
        { Show-LxcContainer -Count 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Show-LxcContainer -Interval -1 } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        { Show-LxcContainer -SortBy Weight } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
    }

    It 'is stopped while it waits' {
        $pipeline = [powershell]::Create()
        try {
            [void] $pipeline.AddScript("Import-Module '$env:LXCPS_MODULE'; Show-LxcContainer -LxcPath '$LxcPath' -Count 100 -Interval 1000")
            [void] $pipeline.BeginInvoke()
            Wait-Until { $pipeline.Streams.Information.Count } | Should -BeTrue
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $pipeline.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        }
        finally {
            $pipeline.Dispose()
        }
    }
}

Describe 'Show-LxcContainer on a terminal' -Skip:$noTerminal {
    BeforeEach {
        $terminal = $null
        $terminal = Open-Terminal 'Show-LxcContainer -Interval 1; $global:LASTEXITCODE = 0'
        Read-Terminal $terminal 'q ends'
    }

    AfterEach {
        Close-Terminal $terminal
    }

    It 'draws on a screen of its own, again and again, until q, and leaves the terminal as it was' {
        $terminal.Text | Should -Match '\e\[\?1049h'
        $terminal.Text | Should -Match "$idle "
        $terminal.Text = ''
        Read-Terminal $terminal "(?s)$busy +[\d.]+ .*$busy +[\d.]+ "
        $terminal.Text | Should -Not -Match '\e\[\?1049'
        Send-Key $terminal 'q'
        Read-Terminal $terminal '\e\[\?1049l'
        Read-Terminal $terminal 'ended with 0'
        [IO.File]::ReadAllText("$($terminal.File).after") | Should -Be ([IO.File]::ReadAllText("$($terminal.File).before"))
    }

    It 'sorts by the letters of lxc-top, the other way round when one is typed again' {
        foreach ($step in @{ Key = 'c'; Mark = 'CPU%▼' }, @{ Key = 'c'; Mark = 'CPU%▲' }, @{ Key = 'm'; Mark = 'Memory▼' }, @{ Key = 'b'; Mark = 'Read▼' },
            @{ Key = 'p'; Mark = 'Processes▼' }, @{ Key = 'n'; Mark = 'Name▲' }, @{ Key = 'n'; Mark = 'Name▼' }) {
            Send-Key $terminal $step.Key
            Read-Terminal $terminal $step.Mark
        }

        Read-Terminal $terminal "(?s)$busy.*$idle"
        $terminal.Text | Should -Not -Match '(?m)^[cmbpn]+\r?$'
    }

    It 'ends with Ctrl+C, and leaves the terminal as it was' {
        Send-Key $terminal ([string] [char] 3)
        Read-Terminal $terminal '\e\[\?1049l'
        Read-Terminal $terminal 'ended with'
        [IO.File]::ReadAllText("$($terminal.File).after") | Should -Be ([IO.File]::ReadAllText("$($terminal.File).before"))
    }

    It 'cuts what the window has no room for' {
        & stty '-F' ([IO.File]::ReadAllText("$($terminal.File).tty").Trim()) rows 3 cols 20
        Send-Key $terminal ' '
        Read-Terminal $terminal "(?s)\e\[H\e\[7mName.*\e\[J"
        $last = ($terminal.Text -split '\e\[H')[-1] -replace '\e\[[\d;?]*[A-Za-z]'
        $last -split '\r+\n' | ForEach-Object { $_.Length | Should -BeLessOrEqual 20 }
        @($last -split '\r+\n').Count | Should -BeLessOrEqual 3
    }

    It 'shows as many tables as -Count says' {
        $other = Open-Terminal 'Show-LxcContainer -Interval 0.1 -Count 3; $global:LASTEXITCODE = 0'
        try {
            Read-Terminal $other 'ended with 0'
            [regex]::Matches($other.Text, '\e\[H').Count | Should -Be 3
        }
        finally {
            Close-Terminal $other
        }
    }
}

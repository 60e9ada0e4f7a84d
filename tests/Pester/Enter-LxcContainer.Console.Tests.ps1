# Enter-LxcContainer -Console: the console and the ttys of a container that runs.
BeforeDiscovery {
    # script(1) of util-linux makes the terminal that the session under test has.
    $noTerminal = -not (Get-Command script -CommandType Application -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Terminal.ps1
    $name = "console-$Unique"
    $without = "without-$Unique"
    $stopped = "stopped-$Unique"
    [void] (New-TestContainer $name @{ 'lxc.tty.max' = '2' })
    [void] (New-TestContainer $without @{ 'lxc.tty.max' = '0' })
    [void] (New-TestContainer $stopped @{ 'lxc.tty.max' = '1' })
    Start-LxcContainer $name, $without
    $name, $without | ForEach-Object { Wait-Init $_ }
    $ctrlA = [char] 1

    function Send-Key {
        param([object] $Terminal, [string] $Keys)
        $Terminal.Text = ''
        $Terminal.Process.StandardInput.Write($Keys)
        $Terminal.Process.StandardInput.Flush()
    }

    function Open-Console {
        # A session that is connected, with a shell that prompts; a key that comes while the terminal is set up may be lost.
        param([string] $Argument = '', [string] $Container = $name, [string] $Number = '\d+')
        $terminal = Open-Terminal "Enter-LxcContainer '$Container' -Console $Argument"
        try {
            Read-Terminal $terminal "Connected to (tty $Number|the console) of $Container\. Ctrl\+\w q leaves it"
            Wait-Until { Send-Line $terminal ''; try { Read-Terminal $terminal '# ' 1; $true } catch { $false } } 30 | Should -BeTrue -Because $terminal.Text
        }
        catch {
            Close-Terminal $terminal
            throw
        }

        $terminal
    }

    function Close-Console {
        param([object] $Terminal)
        Send-Key $Terminal "$($ctrlA)q"
        Read-Terminal $Terminal 'ended with 0'
        [IO.File]::ReadAllText("$($Terminal.File).after") | Should -Be ([IO.File]::ReadAllText("$($Terminal.File).before"))
    }

    function Get-ConsoleError {
        # What the cmdlet says on a terminal where it can connect to nothing.
        param([string] $Container, [string] $Argument = '')
        $terminal = Open-Terminal "Enter-LxcContainer '$Container' -Console $Argument -ErrorVariable e -ErrorAction SilentlyContinue; `"`$(`$e.Count)|`$(`$e[0].FullyQualifiedErrorId)|`$(`$e[0].TargetObject)|`$(`$e[0])|end`""
        try {
            Read-Terminal $terminal '\|end'
            Read-Terminal $terminal 'ended with'
            [IO.File]::ReadAllText("$($terminal.File).after") | Should -Be ([IO.File]::ReadAllText("$($terminal.File).before"))
            $terminal.Text -replace '\s+', ' '
        }
        finally {
            Close-Terminal $terminal
        }
    }

    function Get-Helper {
        @(Get-ProcessTable | Where-Object CommandLine -Like "lxcps-monitor console*--lxcpath $LxcPath *")
    }
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'A tty of a container' -Skip:$noTerminal {
    BeforeEach {
        $terminal = $null
        $terminal = Open-Console
    }

    AfterEach {
        Close-Terminal $terminal
        Wait-Until { -not (Get-Helper) } | Should -BeTrue
    }

    It 'is the container''s, and leaves the terminal as it was' {
        Send-Line $terminal 'echo "on $(hostname) at $(tty)"'
        Read-Terminal $terminal "on $name at /dev/tty1\s"
        Close-Console $terminal
    }

    It 'has the window size, and follows it' {
        Send-Line $terminal 'echo "size=$(stty size)"'
        Read-Terminal $terminal 'size=31 97\s'
        & stty '-F' ([IO.File]::ReadAllText("$($terminal.File).tty").Trim()) rows 44 cols 123
        Send-Line $terminal 'sleep 0.5; echo "size=$(stty size)"'
        Read-Terminal $terminal 'size=44 123\s'
    }

    It 'gets Ctrl+C as a key, and Ctrl+a when it is typed twice' {
        Send-Line $terminal 'sleep 1000'
        Wait-Until { Get-ContainerProcess $name | Where-Object CommandLine -EQ 'sleep 1000' } | Should -BeTrue
        Send-Key $terminal ([string] [char] 3)
        Read-Terminal $terminal '# '
        Send-Line $terminal 'stty raw; echo rea""dy; head -c 2 | od -An -tx1; stty -raw'
        Read-Terminal $terminal 'ready'
        Send-Key $terminal "$ctrlA$($ctrlA)x"
        Read-Terminal $terminal '01 78'
    }

    It 'is another one for a second session, free again after it, and goes on where it was' {
        Send-Line $terminal 'kept=value'
        # Nothing has the second one open in this container.
        $second = Open-Terminal "Enter-LxcContainer '$name' -Console"
        try {
            Read-Terminal $second 'Connected to tty 2'
            Get-ConsoleError $name | Should -Match "1\|ConsoleFailed,\S+\|$name\|.*all of its 2 ttys are in use"
            Get-ConsoleError $name '-TtyNumber 2' | Should -Match 'tty 2 is in use'
            Close-Console $second
        }
        finally {
            Close-Terminal $second
        }

        Close-Console $terminal
        $again = Open-Console '-TtyNumber 1' -Number 1
        try {
            Send-Line $again 'echo "kept=<$kept>"'
            Read-Terminal $again 'kept=<value>'
        }
        finally {
            Close-Terminal $again
        }
    }

    It 'is left, and the terminal restored, when the helper is killed' {
        $helper = Get-Helper
        $helper.Count | Should -Be 1
        & kill -KILL $helper[0].Id
        Read-Terminal $terminal 'ended with 137'
        [IO.File]::ReadAllText("$($terminal.File).after") | Should -Be ([IO.File]::ReadAllText("$($terminal.File).before"))
    }

    It 'is free when the session is killed, or its terminal goes' {
        $session = @(Get-ProcessTable | Where-Object { $terminal.File -and $_.CommandLine.Contains("-File $($terminal.File).ps1") })
        & kill -KILL $session[-1].Id
        Wait-Until { -not (Get-Helper) } | Should -BeTrue
        $second = Open-Console
        $second.Process.Kill()
        Wait-Until { -not (Get-Helper) } | Should -BeTrue
        Close-Terminal $second
        $third = Open-Console -Number 1
        try {
            Close-Console $third
        }
        finally {
            Close-Terminal $third
        }
    }
}

Describe 'What Enter-LxcContainer -Console takes' -Skip:$noTerminal {
    It 'connects to the console with -TtyNumber 0, of an object of the pipeline, and leaves it by -EscapeCharacter' {
        $terminal = Open-Terminal "Get-LxcContainer '$without' | Enter-LxcContainer -Console -TtyNumber 0 -EscapeCharacter '^B'"
        try {
            Read-Terminal $terminal "Connected to the console of $without\. Ctrl\+b q leaves it"
            Wait-Until { Send-Line $terminal ''; try { Read-Terminal $terminal '# ' 1; $true } catch { $false } } 30 | Should -BeTrue
            Send-Line $terminal 'echo "at $(tty)"'
            Read-Terminal $terminal 'at /dev/(console|pts/\d+)\s'
            Get-ConsoleError $without '-TtyNumber 0' | Should -Match 'its console is not free'
            Send-Key $terminal "$([char] 2)q"
            Read-Terminal $terminal 'ended with 0'
        }
        finally {
            Close-Terminal $terminal
        }
    }

    It 'takes what is typed and nobody reads, and can still be left' {
        Start-LxcContainer $stopped
        Wait-Init $stopped
        $terminal = Open-Console '' $stopped
        try {
            Send-Line $terminal 'stty -icanon -echo; sleep 1000'
            Wait-Until { Get-ContainerProcess $stopped | Where-Object CommandLine -EQ 'sleep 1000' } | Should -BeTrue
            1..40 | ForEach-Object { Send-Key $terminal ('x' * 4096) }
            Close-Console $terminal
        }
        finally {
            Close-Terminal $terminal
            Stop-LxcContainer $stopped -Kill
        }
    }

    It 'ends with the container' {
        Start-LxcContainer $stopped
        Wait-Init $stopped
        $terminal = Open-Console '' $stopped
        try {
            Stop-LxcContainer $stopped -Kill
            Read-Terminal $terminal 'ended with 0'
            [IO.File]::ReadAllText("$($terminal.File).after") | Should -Be ([IO.File]::ReadAllText("$($terminal.File).before"))
        }
        finally {
            Close-Terminal $terminal
        }
    }

    It 'says that the container has no ttys, not that one, or does not run' {
        Get-ConsoleError $without | Should -Match "1\|ConsoleFailed,\S+\|$without\|.*lxc\.tty\.max is 0"
        Get-ConsoleError $name '-TtyNumber 3' | Should -Match '1\|ConsoleFailed,\S+\|.*no tty 3: lxc\.tty\.max is 2'
        Get-ConsoleError $stopped | Should -Match "1\|ContainerNotRunning,\S+\|$stopped\|"
    }
}

Describe 'Enter-LxcContainer -Console without a terminal' {
    It 'says so' {
        $session = Start-Session "Enter-LxcContainer '$name' -Console -ErrorVariable e -ErrorAction SilentlyContinue; `$e.Count; `$e[0].FullyQualifiedErrorId"
        try {
            $lines = $session.StandardOutput.ReadToEnd().Trim() -split '\r?\n'
            $session.WaitForExit(20000) | Should -BeTrue
            $lines[0] | Should -Be '1'
            $lines[1] | Should -BeLike 'ConsoleFailed,*'
        }
        finally {
            $session.Dispose()
        }
    }

    It 'refuses what is of programs, and what is of consoles without it' {
        { Enter-LxcContainer $name -Console -User web } | Should -Throw -ErrorId 'ConsoleAndCommand,*'
        { Enter-LxcContainer $name -Console sh } | Should -Throw -ErrorId 'ConsoleAndCommand,*'
        { Enter-LxcContainer $name -TtyNumber 1 } | Should -Throw -ErrorId 'TtyWithoutConsole,*'
        { Enter-LxcContainer $name -Console -EscapeCharacter '1' } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Enter-LxcContainer $name -Console -TtyNumber -1 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'completes the numbers of the container''s ttys' {
        $line = "Enter-LxcContainer '$name' -LxcPath '$LxcPath' -Console -TtyNumber "
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be '0', '1', '2'
    }
}

BeforeDiscovery {
    # script(1) of util-linux makes the terminal that the session under test has.
    $noTerminal = -not (Get-Command script -CommandType Application -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Terminal.ps1
    $name = "enter-$Unique"
    $stopped = "stopped-$Unique"
    [void] (New-TestContainer $name, $stopped)
    $rootfs = (Join-Path $LxcPath $name 'rootfs')
    [void] [IO.Directory]::CreateDirectory("$rootfs/srv")
    [IO.File]::AppendAllText("$rootfs/etc/passwd", "web:x:1000:1000:Web:/srv:/bin/sh`n")
    [IO.File]::AppendAllText("$rootfs/etc/group", "web:x:1000:`n")
    Start-LxcContainer $name
    $init = (Get-LxcContainer $name).ProcessId

    function Get-Helper {
        # The helper of the session that has entered the container.
        @(Get-ProcessTable | Where-Object CommandLine -Like "lxcps-monitor attach*--lxcpath $LxcPath --name $name *")
    }
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'A shell in a container' -Skip:$noTerminal {
    BeforeEach {
        $terminal = $null
        $terminal = Open-Terminal "Enter-LxcContainer '$name'"
        Read-Terminal $terminal '# \S*$'
    }

    AfterEach {
        Close-Terminal $terminal
    }

    It 'is the container''s, prompts, and gives its exit code' {
        Send-Line $terminal 'echo "on $(hostname) as $(id -u) in $(pwd)"'
        Read-Terminal $terminal "on $name as 0 in /(root)?\s"
        Send-Line $terminal 'exit 7'
        Read-Terminal $terminal 'ended with 7'
    }

    It 'has a terminal of the container''s own devpts' {
        Send-Line $terminal 'echo "tty=$(tty) term=$TERM"'
        Read-Terminal $terminal 'tty=/dev/pts/\d+ term=\S+\s'
        $process = @(Get-ContainerProcess $name | Where-Object CommandLine -Match '^-?(/bin/)?sh$')
        $process.Count | Should -Be 1
        $theirs = & stat '-c' '%d' "/proc/$init/root/dev/pts"
        & stat '-L' '-c' '%d' "/proc/$($process[0].Id)/fd/0" | Should -Be $theirs
        & stat '-c' '%d' /dev/pts | Should -Not -Be $theirs
        [IO.Directory]::GetFileSystemEntries("/proc/$($process[0].Id)/fd") | ForEach-Object { [IO.FileInfo]::new($_).LinkTarget } |
            Where-Object { $_ -notmatch '^/dev/(pts/\d+|tty)$' } | Should -BeNullOrEmpty
    }

    It 'leaves the session''s variables outside' {
        Send-Line $terminal 'echo "secret=<$HOST_SECRET> container=$container"'
        Read-Terminal $terminal 'secret=<> container=lxc'
    }

    It 'has the window size, and follows it' {
        Send-Line $terminal 'echo "size=$(stty size)"'
        Read-Terminal $terminal 'size=31 97\s'
        & stty '-F' ([IO.File]::ReadAllText("$($terminal.File).tty").Trim()) rows 44 cols 123
        Send-Line $terminal 'sleep 0.5; echo "size=$(stty size)"'
        Read-Terminal $terminal 'size=44 123\s'
    }

    It 'gets Ctrl+C, Ctrl+Z and Ctrl+\ as keys' -ForEach @(
        @{ Key = [char] 3; Status = '130' }, @{ Key = [char] 28; Status = '131' }, @{ Key = [char] 26; Status = '148' }
    ) {
        Send-Line $terminal 'sleep 1000'
        Wait-Until { Get-ContainerProcess $name | Where-Object CommandLine -EQ 'sleep 1000' } | Should -BeTrue
        Start-Sleep -Milliseconds 100
        $terminal.Text = ''
        $terminal.Process.StandardInput.Write($Key)
        $terminal.Process.StandardInput.Flush()
        Read-Terminal $terminal '# \S*$'
        Send-Line $terminal 'echo "status=$?"'
        Read-Terminal $terminal "status=$Status\s"
    }

    It 'restores the terminal when the shell ends' {
        Send-Line $terminal 'stty raw -echo; exit 0'
        Read-Terminal $terminal 'ended with 0'
        [IO.File]::ReadAllText("$($terminal.File).after") | Should -Be ([IO.File]::ReadAllText("$($terminal.File).before"))
    }

    It 'restores the terminal when the helper is killed, and ends the shell' {
        $helper = Get-Helper
        $helper.Count | Should -Be 1
        $during = & stty '-F' ([IO.File]::ReadAllText("$($terminal.File).tty").Trim()) '-g'
        $during | Should -Not -Be ([IO.File]::ReadAllText("$($terminal.File).before").Trim())
        & kill -KILL $helper[0].Id
        Read-Terminal $terminal 'ended with 137'
        [IO.File]::ReadAllText("$($terminal.File).after") | Should -Be ([IO.File]::ReadAllText("$($terminal.File).before"))
        Wait-Until { -not (Get-ContainerProcess $name | Where-Object CommandLine -Match '^-?(/bin/)?sh$') } | Should -BeTrue
    }

    It 'ends with the session that is killed' {
        $session = @(Get-ProcessTable | Where-Object { $_.CommandLine.Contains("-File $($terminal.File).ps1") })
        & kill -KILL $session[-1].Id
        Wait-Until { -not (Get-Helper) } | Should -BeTrue
        Wait-Until { -not (Get-ContainerProcess $name | Where-Object CommandLine -Match '^-?(/bin/)?sh$') } | Should -BeTrue
    }

    It 'ends with the terminal' {
        $terminal.Process.Kill()
        Wait-Until { -not (Get-Helper) } | Should -BeTrue
        Wait-Until { -not (Get-ContainerProcess $name | Where-Object CommandLine -Match '^-?(/bin/)?sh$') } | Should -BeTrue
    }
}

Describe 'What Enter-LxcContainer takes' -Skip:$noTerminal {
    It 'runs a command as a user, in a directory, with variables' {
        $terminal = Open-Terminal "Enter-LxcContainer '$name' sh '-c' 'echo `"u=`$(id -u) d=`$(pwd) v=`$V`"; test -t 0; exit `$((5+`$?))' -User web -WorkingDirectory /etc -Environment @{ V = 'a b' }"
        try {
            Read-Terminal $terminal 'u=1000 d=/etc v=a b\s'
            Read-Terminal $terminal 'ended with 5'
        }
        finally {
            Close-Terminal $terminal
        }
    }

    It 'begins in the user''s home with the user''s shell' {
        $terminal = Open-Terminal "Get-LxcContainer '$name' | Enter-LxcContainer -User web"
        try {
            Read-Terminal $terminal '\$ \S*$'
            Send-Line $terminal 'echo "home=$(pwd) shell=$SHELL"; exit'
            Read-Terminal $terminal 'home=/srv shell=/bin/sh\s'
        }
        finally {
            Close-Terminal $terminal
        }
    }

    It 'ends when the container is killed' {
        Start-LxcContainer $stopped
        $terminal = Open-Terminal "Enter-LxcContainer '$stopped'"
        try {
            Read-Terminal $terminal '# \S*$'
            Stop-LxcContainer $stopped -Kill
            Read-Terminal $terminal 'ended with 137'
            [IO.File]::ReadAllText("$($terminal.File).after") | Should -Be ([IO.File]::ReadAllText("$($terminal.File).before"))
        }
        finally {
            Close-Terminal $terminal
        }
    }

    It 'writes an error and leaves the terminal alone' -ForEach @(
        @{ Command = 'no-such-shell'; Id = 'CommandNotFound' }, @{ Command = "sh -User ghost"; Id = 'CommandFailed' }
    ) {
        $terminal = Open-Terminal "Enter-LxcContainer '$name' $Command -ErrorVariable e -ErrorAction SilentlyContinue; `"`$(`$e.Count) id=`$(`$e[0].FullyQualifiedErrorId)`""
        try {
            Read-Terminal $terminal "1 id=$Id,"
            Read-Terminal $terminal 'ended with'
            [IO.File]::ReadAllText("$($terminal.File).after") | Should -Be ([IO.File]::ReadAllText("$($terminal.File).before"))
        }
        finally {
            Close-Terminal $terminal
        }
    }

    It 'takes one container alone' {
        $terminal = Open-Terminal "try { Enter-LxcContainer '$name', '$stopped' true } catch { `"id=`$(`$_.FullyQualifiedErrorId)`" }"
        try {
            Read-Terminal $terminal 'id=SeveralContainers,'
        }
        finally {
            Close-Terminal $terminal
        }
    }
}

Describe 'Enter-LxcContainer without a terminal' {
    It 'says so, and names the other way' {
        $session = Start-Session "Enter-LxcContainer '$name' -ErrorVariable e -ErrorAction SilentlyContinue; `$e.Count; `$e[0].FullyQualifiedErrorId; `$e[0].TargetObject; `$e[0].ErrorDetails.RecommendedAction"
        try {
            $lines = $session.StandardOutput.ReadToEnd().Trim() -split '\r?\n'
            $session.WaitForExit(20000) | Should -BeTrue
            $lines[0] | Should -Be '1'
            $lines[1] | Should -BeLike 'ConsoleFailed,*'
            $lines[2] | Should -Be $name
            $lines[3] | Should -Match 'Invoke-LxcCommand'
        }
        finally {
            $session.Dispose()
        }
    }

    It 'says that the container does not exist' {
        Enter-LxcContainer "none-$Unique" -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ContainerNotFound,*'
    }
}

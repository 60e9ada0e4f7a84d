# Containers whose root does what it can to have a copy read or write the host's files.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/Items.ps1
    $seconds = $env:LXCPS_LONG ? 30 : 2
    $plain = "plain-$Unique"
    $privileged = "privileged-$Unique"
    $stopped = "stopped-$Unique"
    [void] (New-TestContainer $plain, $stopped)
    [void] (New-TestContainer $privileged -Privileged)
    Start-LxcContainer $plain, $privileged

    # What must stay as it is: a directory of the host's that no container has, and a secret in it.
    $outside = (New-Item -ItemType Directory "$HostFiles/outside").FullName
    [IO.File]::WriteAllText("$outside/secret", 'secret')
    [IO.File]::WriteAllText("$HostFiles/sent", 'sent')
    $before = Get-Tree $HostFiles
}

AfterAll {
    Remove-HostFiles
    Assert-NothingLeft
}

Describe 'Copy-LxcItem and a hostile <Prefix> container' -ForEach @{ Prefix = 'plain' }, @{ Prefix = 'privileged' }, @{ Prefix = 'stopped' } {
    BeforeAll {
        $name = "$Prefix-$Unique"
        function Invoke-Hostile {
            # As its root has left it: in a stopped one the host writes what it would have written.
            param([string] $Script)
            if ($name -eq $stopped) {
                & bash '-ec' "cd '$LxcPath/$name/rootfs'; $($Script -replace '(?<=[ ;])/(?=evil)', './')"
            }
            else {
                Invoke-In $name "set -e; cd /; $Script"
            }
        }
    }

    AfterEach {
        [IO.File]::ReadAllText("$outside/secret") | Should -Be 'secret'
        [IO.Directory]::GetFileSystemEntries($outside) | Should -Be "$outside/secret"
    }

    It 'writes nothing outside when the destination is a link that leads there' {
        Invoke-Hostile "mkdir -p evil; ln -s '$outside' evil/absolute; ln -s '../../../../../../../..$outside' evil/up; ln -s /proc/1/root evil/magic; ln -s '$outside/new' evil/dangling"
        foreach ($target in '/evil/absolute', '/evil/up', '/evil/absolute/', '/evil/up/x', '/evil/absolute/secret', '/evil/dangling', '/evil/../../../..$outside/x', '/proc/1/root/tmp', '/proc/self/cwd') {
            $outcome = Get-Outcome { Copy-LxcItem "$HostFiles/sent" $target -ToContainer $name }
            $outcome.Errors.Count | Should -Be 1 -Because $target
            $outcome.Errors[0].FullyQualifiedErrorId | Should -Match '^(ItemNotFound|ItemExists|StorageFailed),'
        }
    }

    It 'writes inside when such a link leads to something there' {
        Invoke-Hostile "mkdir -p 'evil/inner$outside'; mkdir -p '.$outside'"
        Copy-LxcItem "$HostFiles/sent" /evil/absolute -ToContainer $name
        Copy-LxcItem "$outside/../sent" /evil/up/second -ToContainer $name
        Copy-LxcItem "/evil/absolute/*" (New-Item -ItemType Directory "$HostFiles/got-$Prefix") -FromContainer $name
        (Get-ChildItem "$HostFiles/got-$Prefix").Name | Should -Be 'second', 'sent'
        Invoke-Hostile "rm -r '.$LxcPath'"
    }

    It 'reads nothing outside by a link, and copies links as links' {
        $target = (New-Item -ItemType Directory "$HostFiles/read-$Prefix").FullName
        foreach ($path in '/evil/absolute/secret', '/evil/up/secret', '/evil/up/*', "/proc/1/root$outside/secret", "/../../../../../..$outside/secret") {
            $outcome = Get-Outcome { Copy-LxcItem $path $target -FromContainer $name -Recurse }
            if ($path -notlike '*`*') {
                $outcome.Errors.Count | Should -Be 1 -Because $path
            }

            [IO.Directory]::GetFileSystemEntries($target) | Should -BeNullOrEmpty -Because $path
        }

        Copy-LxcItem /evil $target -FromContainer $name -Recurse
        ([IO.FileInfo] "$target/evil/absolute").LinkTarget | Should -Be $outside
    }

    It 'writes nothing through links that are in the place of what is copied, here or there' {
        Invoke-Shell "rm -rf sending; mkdir -p sending/absolute; echo new > sending/absolute/secret; echo new > sending/up; echo new > sending/dangling"
        $outcome = Get-Outcome { Copy-LxcItem "$HostFiles/sending/*" /evil -ToContainer $name -Recurse }
        $outcome.Errors.Count | Should -Be 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeLike 'ItemExists,*'
        Invoke-Hostile 'cat evil/up evil/dangling; rm -r evil/up evil/dangling' | Should -Be 'new', 'new'
        $target = (New-Item -ItemType Directory "$HostFiles/links-$Prefix").FullName
        & ln '-s' $outside "$target/evil"
        (Get-Outcome { Copy-LxcItem /evil $target -FromContainer $name -Recurse }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'ItemExists,*'
    }
}

Describe 'Copy-LxcItem and a container that changes its files all the time' {
    It 'neither reads nor writes outside: <Prefix>' -ForEach @{ Prefix = 'plain' }, @{ Prefix = 'privileged' } {
        $name = "$Prefix-$Unique"
        # The name is a directory, a link to the host's and a link to the root in turn, each exchanged at once by a rename; so is what is below it.
        Invoke-In $name "mkdir -p /race/real/x; echo inside > /race/real/secret; ln -s '$outside' /race/link; ln -s /proc/1/root$outside /race/magic"
        $process = Start-Beside "Invoke-LxcCommand $name sh -ArgumentList '-c', 'cd /race; while [ ! -e stop ]; do mv real target; mv target real; mv -T link target; mv -T target link; cp -a magic target; rm -f target; mv real target; mv target/x x; ln -s $outside target/x; rm target/x; mv x target/x; mv target real; done'"
        try {
            $received = (New-Item -ItemType Directory "$HostFiles/race-$Prefix").FullName
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $copied = 0
            while ($watch.Elapsed.TotalSeconds -lt $seconds) {
                $copied += @(Copy-LxcItem "$HostFiles/sent" /race/target/x -ToContainer $name -PassThru -ErrorAction SilentlyContinue).Count
                Copy-LxcItem "$HostFiles/sent" /race/target/new/ -ToContainer $name -ErrorAction SilentlyContinue
                $copied += @(Copy-LxcItem /race/target/secret, /race/target/*, /race/* $received -FromContainer $name -Recurse -PassThru -ErrorAction SilentlyContinue).Count
                foreach ($file in [IO.Directory]::GetFiles($received, '*', [IO.EnumerationOptions]@{ RecurseSubdirectories = $true; AttributesToSkip = 'ReparsePoint' })) {
                    [IO.File]::ReadAllText($file) | Should -BeIn "inside`n", 'sent', ''
                }
            }
        }
        finally {
            Invoke-In $name 'touch /race/stop'
            $process.Pipeline.EndInvoke($process.Handle)
            $process.Pipeline.Dispose()
        }

        $copied | Should -BeGreaterThan 0
        [IO.File]::ReadAllText("$outside/secret") | Should -Be 'secret'
        [IO.Directory]::GetFileSystemEntries($outside) | Should -Be "$outside/secret"
    }

    It 'is not held up for ever by a FIFO, a device or a file that grows' {
        Invoke-In $privileged 'mkdir /wait; mkfifo /wait/fifo; mknod /wait/tty c 5 0; echo x > /wait/growing; (while [ ! -e /wait/stop ]; do echo more >> /wait/growing; done) > /dev/null 2>&1 &'
        $target = (New-Item -ItemType Directory "$HostFiles/wait").FullName
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $outcome = Get-Outcome { Copy-LxcItem /wait/* $target -FromContainer $privileged -Recurse }
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        Invoke-In $privileged 'touch /wait/stop'
        $outcome.Errors.TargetObject | Should -Be '/wait/fifo', '/wait/tty'
        [IO.Directory]::GetFiles($target) | Should -Be "$target/growing"
    }

    It 'lets nobody in the container see or reach the process that works there' {
        Invoke-Shell 'head -c 200M /dev/zero > large'
        $copy = Start-Beside "while (`$true) { Copy-LxcItem '$HostFiles/large' /tmp -ToContainer $privileged }"
        try {
            Wait-Until { Get-ProcessTable | Where-Object { $_.CommandLine.Contains("copy --lxcpath $LxcPath") } } | Should -BeTrue
            Invoke-In $privileged 'for i in 1 2 3 4 5 6 7 8; do cat /proc/*/cmdline | tr "\0" " "; done' | Should -Not -Match 'lxcps-monitor'
        }
        finally {
            [void] (Stop-Beside $copy)
        }
    }

    It 'ends with the session' {
        $session = Start-Session "while (`$true) { Copy-LxcItem '$HostFiles/large' /tmp -ToContainer $privileged -LxcPath '$LxcPath' }"
        Wait-Until { Get-ProcessTable | Where-Object { $_.CommandLine.Contains("copy --lxcpath $LxcPath") } } 60 | Should -BeTrue
        $session.Kill()
        $session.WaitForExit()
        Wait-Until { -not (Get-ProcessTable | Where-Object { $_.CommandLine.Contains("copy --lxcpath $LxcPath") }) } | Should -BeTrue
        Invoke-In $privileged 'ls -A /tmp' | Should -Not -Match 'lxcps-'
    }
}

BeforeDiscovery {
    . $PSScriptRoot/Missing.ps1
}

BeforeAll {
    . $PSScriptRoot/Tools.ps1
    $ours = @{ privileged = "op-$Unique"; unprivileged = "ou-$Unique" }
    $theirs = @{ privileged = "tp-$Unique"; unprivileged = "tu-$Unique" }
    foreach ($kind in 'privileged', 'unprivileged') {
        Start-Ours $ours[$kind] $kind
        Start-Theirs $theirs[$kind] $kind
    }

    function Enter-Ours {
        # A session on a terminal that enters a container with our cmdlet.
        param([string] $Name, [string] $Argument)
        $file = "$LxcPath.enter.ps1"
        [IO.File]::WriteAllText($file, "Import-Module '$env:LXCPS_MODULE'; Enter-LxcContainer '$Name' -LxcPath '$LxcPath' $Argument; exit `$LASTEXITCODE")
        $command = (@($Shell) + '-NoProfile', '-File', $file | ForEach-Object { "'$_'" }) -join ' '
        Start-Beneath 'script', '-qefc', "stty rows 40 cols 150; $command", '/dev/null'
    }

    function Enter-Console {
        # The same with our cmdlet. At a tty of a container that LXC made a login waits, at its console a shell.
        param([string] $Name, [int] $Number, [string] $Mark)
        $session = Enter-Ours $Name "-Console -TtyNumber $Number"
        Read-Tool $session 'Connected to'
        if ($Number) {
            Wait-Until { Send-Tool $session "`r"; try { Read-Tool $session "$Name login: " 2; $true } catch { $false } } 40 | Should -BeTrue -Because $session.Text
            Send-Tool $session "$Mark`r"
            Read-Tool $session "(?s)$Mark.*Password: "
        }
        else {
            Read-Prompt $session
            Send-Tool $session "echo $Mark-`$((40+2))`r"
            Read-Tool $session "$Mark-42"
        }

        Send-Tool $session "$([char] 1)q"
        Wait-Tool $session | Should -Be 0
    }

    function Invoke-Console {
        # Types at a terminal of a container that lxc-console has connected, and leaves it.
        param([string] $Name, [int] $Number, [string] $Mark)
        $tool = Start-Tool lxc-console, '-n', $Name, '-t', "$Number" -Terminal
        Read-Tool $tool 'Connected to tty'
        Read-Prompt $tool
        Send-Tool $tool "echo $Mark-`$((40+2))`r"
        Read-Tool $tool "$Mark-42"
        Stop-Console $tool
    }
}

AfterAll {
    Complete-Test
}

Describe 'lxc-attach: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'has the program''s output and exit code (<Kind>)' -ForEach $kinds {
        Invoke-Tool lxc-attach -n $ours[$Kind] '--' sh -c 'hostname; exit 7' | Should -Be $ours[$Kind]
        $LASTEXITCODE | Should -Be 7
    }

    It 'sets and clears the environment, which says container=lxc (<Kind>)' -ForEach $kinds {
        $lines = Use-Tool lxc-attach -n $ours[$Kind] --clear-env -v MARK=set '--' env
        $lines | Should -Contain 'MARK=set'
        $lines | Should -Contain 'container=lxc'
        $lines -match '^HOME=' | Should -BeNullOrEmpty
        Invoke-LxcCommand $ours[$Kind] env | Should -Contain 'container=lxc'
    }

    It 'passes standard input (<Kind>)' -ForEach $kinds {
        'one', 'two' | Invoke-Tool lxc-attach -n $ours[$Kind] '--' cat | Should -Be 'one', 'two'
    }

    It 'gives a terminal of the container''s (<Kind>)' -ForEach $kinds {
        $tool = Start-Tool lxc-attach, '-n', $ours[$Kind], '--', 'sh' -Terminal
        Read-Tool $tool '# '
        Send-Tool $tool "tty; stty size`r"
        Read-Tool $tool '/dev/pts/\d+'
        Send-Tool $tool "exit 5`r"
        Wait-Tool $tool | Should -Be 5
    }

    It 'takes user, group and single namespaces, and the confinement of the container (<Kind>)' -ForEach $kinds {
        Use-Tool lxc-attach -n $ours[$Kind] -u 100 -g 101 '--' id | Should -Match 'uid=100.*gid=101'
        Use-Tool lxc-attach -n $ours[$Kind] -s 'UTSNAME|NETWORK' '--' hostname | Should -Be $ours[$Kind]
        $of = { @($args[0]) -match '^(CapBnd|Seccomp):' }
        $entered = & $of (Use-Tool lxc-attach -n $ours[$Kind] '--' cat /proc/self/status)
        $entered | Should -Be (& $of (Invoke-LxcCommand $ours[$Kind] cat /proc/self/status))
        $entered | Should -Contain "Seccomp:`t2"
    }
}

Describe 'lxc-attach: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Invoke-LxcCommand has the program''s output and exit code (<Kind>)' -ForEach $kinds {
        $result = Invoke-LxcCommand $theirs[$Kind] sh '-c', 'hostname; exit 7' -PassThru -ErrorAction SilentlyContinue
        $result.Output | Should -Be $theirs[$Kind]
        $result.ExitCode | Should -Be 7
    }

    It 'Invoke-LxcCommand sets and clears the environment (<Kind>)' -ForEach $kinds {
        $lines = Invoke-LxcCommand $theirs[$Kind] env -Environment @{ MARK = 'set' } -ClearEnvironment
        $lines | Should -Contain 'MARK=set'
        $lines | Should -Contain 'container=lxc'
        $lines -match '^LXCPS_' | Should -BeNullOrEmpty
    }

    It 'Invoke-LxcCommand passes standard input (<Kind>)' -ForEach $kinds {
        'one', 'two' | Invoke-LxcCommand $theirs[$Kind] cat | Should -Be 'one', 'two'
    }

    It 'Invoke-LxcCommand has the capabilities and the user that lxc-attach has (<Kind>)' -ForEach $kinds {
        $of = { @($args[0]) -match '^(Cap(Eff|Bnd)|Uid|Gid|Seccomp):' }
        & $of (Invoke-LxcCommand $theirs[$Kind] cat /proc/self/status) | Should -Be (& $of (Use-Tool lxc-attach -n $theirs[$Kind] '--' cat /proc/self/status))
        Invoke-LxcCommand $theirs[$Kind] id -User 100 -Group 101 | Should -Match 'uid=100.*gid=101'
    }

    It 'Enter-LxcContainer gives a terminal of the container''s (<Kind>)' -ForEach $kinds {
        $session = Enter-Ours $theirs[$Kind]
        Read-Tool $session '# '
        Send-Tool $session "tty; hostname`r"
        Read-Tool $session '/dev/pts/\d+'
        Read-Tool $session "(?m)^$($theirs[$Kind])"
        Send-Tool $session "exit 5`r"
        Wait-Tool $session | Should -Be 5
    }
}

Describe 'lxc-console: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'connects to a tty, again and again, and with -t 0 to the console (<Kind>)' -ForEach $kinds {
        Invoke-Console $ours[$Kind] 1 first
        Invoke-Console $ours[$Kind] 1 again
        Invoke-Console $ours[$Kind] 0 front
    }
}

Describe 'lxc-console: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Start-LxcContainer -Foreground has the console of one that it starts' {
        $name = "tf-$Unique"
        New-Theirs $name privileged
        $file = "$LxcPath.front.ps1"
        [IO.File]::WriteAllText($file, "Import-Module '$env:LXCPS_MODULE'; Start-LxcContainer '$name' -Foreground -LxcPath '$LxcPath'")
        $command = (@($Shell) + '-NoProfile', '-File', $file | ForEach-Object { "'$_'" }) -join ' '
        $session = Start-Beneath 'script', '-qefc', "stty rows 40 cols 150; $command", '/dev/null'
        Wait-Until { (Get-LxcContainer $name).State -eq 'Running' } 20 | Should -BeTrue
        Read-Prompt $session
        Use-Tool lxc-stop -n $name -k
        Wait-Tool $session | Out-Null
    }

    It 'Enter-LxcContainer -Console connects to a tty, again and again, and with -TtyNumber 0 to the console (<Kind>)' -ForEach $kinds {
        Enter-Console $theirs[$Kind] 1 first
        Enter-Console $theirs[$Kind] 1 again
        Enter-Console $theirs[$Kind] 0 front
    }

    It 'Enter-LxcContainer -Console and lxc-console keep a tty from one another, and free it for one another' {
        $name = $theirs.privileged
        $tool = Start-Tool lxc-console, '-n', $name, '-t', '1' -Terminal
        Read-Tool $tool 'Connected to tty'
        $session = Enter-Ours $name '-Console -TtyNumber 1 -ErrorAction SilentlyContinue -ErrorVariable e; "id=$($e[0].FullyQualifiedErrorId) $($e[0])"'
        Read-Tool $session 'id=ConsoleFailed,.* tty 1 is in use'
        [void] (Wait-Tool $session)
        Stop-Console $tool
        Enter-Console $name 1 ours
        $tool = Start-Tool lxc-console, '-n', $name, '-t', '1' -Terminal
        Read-Tool $tool 'Connected to tty'
        Stop-Console $tool
    }
}

Describe 'lxc-device: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'add and del make and remove a device of a privileged one, which may use it' {
        $name = $ours.privileged
        Use-Tool lxc-device -n $name add /dev/kmsg | Out-Null
        Invoke-LxcCommand $name sh '-c', 'test -c /dev/kmsg && echo there' | Should -Be there
        @(Get-LxcDevice $name | Where-Object { $_.Major -eq 1 -and $_.Minor -eq 11 }).Count | Should -BeGreaterThan 0
        Use-Tool lxc-device -n $name del /dev/kmsg | Out-Null
        Invoke-LxcCommand $name sh '-c', 'test -e /dev/kmsg || echo gone' | Should -Be gone
    }

    It 'cannot: add to an unprivileged one fails, as it does with one that LXC made and started: mknod(2) refuses; Add-LxcDevice works' {
        foreach ($name in $ours.unprivileged, $theirs.unprivileged) {
            Invoke-Tool lxc-device -n $name add /dev/kmsg | Out-Null
            $LASTEXITCODE | Should -Not -Be 0 -Because $name
        }
    }
}

Describe 'lxc-device: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Add-LxcDevice and Remove-LxcDevice give a device and take it away (<Kind>)' -ForEach $kinds {
        $name = $theirs[$Kind]
        Add-LxcDevice $name /dev/kmsg -Target /dev/third
        Use-Tool lxc-attach -n $name '--' sh -c 'test -c /dev/third && echo there' | Should -Be there
        Remove-LxcDevice $name /dev/third
        Use-Tool lxc-attach -n $name '--' sh -c 'test -e /dev/third || echo gone' | Should -Be gone
    }
}

Describe 'lxc-usernsexec: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'takes no container, but maps: given the container''s it has those that init has' {
        $name = $ours.unprivileged
        $maps = [IO.File]::ReadAllLines("$LxcPath/$name/config") -match '^lxc\.idmap' -replace '^.*=\s*' | ForEach-Object { '-m'; $_ -replace ' ', ':' }
        $init = (Get-LxcContainer $name).ProcessId
        Use-Tool lxc-usernsexec @maps '--' cat /proc/self/uid_map | Should -Be ([IO.File]::ReadAllText("/proc/$init/uid_map").TrimEnd())
    }
}

Describe 'lxc-usernsexec: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'cannot: no cmdlet runs a program of the host under maps; Invoke-LxcCommand runs one in the container, under its maps' {
        Assert-Absent '*-Lxc*Namespace*'
        $name = $theirs.unprivileged
        Invoke-LxcCommand $name cat /proc/self/uid_map | Should -Be ([IO.File]::ReadAllText("/proc/$((Get-LxcContainer $name).ProcessId)/uid_map").TrimEnd())
    }
}

Describe 'lxc-unshare: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'takes no container: beside one that runs it makes namespaces that are neither its nor the host''s' {
        $init = (Get-LxcContainer $ours.privileged).ProcessId
        $uts = Use-Tool lxc-unshare -s UTSNAME -H beside '--' sh -c 'hostname; readlink /proc/self/ns/uts'
        $uts[0] | Should -Be beside
        $uts[1] | Should -Not -BeIn ([IO.FileInfo]::new("/proc/$init/ns/uts").LinkTarget), ([IO.FileInfo]::new('/proc/self/ns/uts').LinkTarget)
        Invoke-LxcCommand $ours.privileged hostname | Should -Be $ours.privileged
    }
}

Describe 'lxc-unshare: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'cannot: no cmdlet makes namespaces without a container; unshare(1) runs from PowerShell as it is' {
        Assert-Absent '*-Lxc*Namespace*'
        Assert-Absent '*-Lxc*Unshare*'
    }
}

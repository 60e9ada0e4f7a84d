# What Faults.Storage.Tests.ps1 proves of root's containers and images, of those of a user who is not root: his sessions are killed at random moments,
# and his disk is full. His files belong to his subordinate ids, and helpers in user namespaces of their own make and remove them.
BeforeDiscovery {
    . $PSScriptRoot/Interrupted.ps1
    $missing = 'setpriv', 'unshare', 'newuidmap', 'newgidmap' | Where-Object { -not (Get-Command $_ -CommandType Application -ErrorAction Ignore) }
    if ($missing) { Write-Warning "Faults under users' containers are not tested: $($missing -join ', ') is missing" }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/Rootless.ps1
    . $PSScriptRoot/Interrupted.ps1
    $shift = 1600000000
    $one = New-User lxcpsfault 60716 "$($shift):65536"
    $owner = $one.Id

    function Start-Session {
        # In the place of Probe.ps1's: sessions of the user.
        param([string] $Script)
        Start-As $one $Script -Listens
    }

    function Start-Asked {
        # A session of the user that runs the lines that it is given, and answers each with a line: what it wrote, and its errors.
        Start-Session @'
$ErrorActionPreference = 'Continue'
while ($null -ne ($line = [Console]::In.ReadLine())) {
    $all = @(& ([scriptblock]::Create($line)) 2>&1 3>$null)
    $errors = @($all | Where-Object { $_ -is [Management.Automation.ErrorRecord] })
    [Console]::Out.WriteLine((ConvertTo-Json -Compress -Depth 3 @{
        Output = @($all | Where-Object { $_ -notin $errors } | Select-Object Name, Path, Rootfs, SnapshotName)
        Errors = @($errors | ForEach-Object { @{ Id = $_.FullyQualifiedErrorId; Text = "$_"; Advice = $_.ErrorDetails.RecommendedAction } })
    }))
}
'@
    }

    function Send-Command {
        # Runs a command with its arguments in that session.
        param([string] $Name, [object[]] $Argument)
        $words = foreach ($one in $Argument) {
            if ($one -is [bool]) { "`$$one" }
            elseif ($one -is [string] -and $one -match '^-[A-Z]') { $one }
            else { ($one | ForEach-Object { "'$_'" }) -join ',' }
        }
        $asked.StandardInput.WriteLine("$Name $words".Replace(': $', ':$'))
        $answer = ConvertFrom-Json $asked.StandardOutput.ReadLine()
        $answer.Output
        foreach ($told in $answer.Errors) {
            $record = [Management.Automation.ErrorRecord]::new([InvalidOperationException]::new($told.Text), $told.Id, 'NotSpecified', $null)
            $record.ErrorDetails = [Management.Automation.ErrorDetails]::new($told.Text)
            $record.ErrorDetails.RecommendedAction = $told.Advice
            Write-Error -ErrorRecord $record
        }
    }

    function Get-Straggler {
        # In the place of Interrupted.ps1's: the user's processes, but for the sessions that wait, and for those that have ended and whose parent is
        # the machine's init now.
        foreach ($process in Get-ProcessTable | Where-Object { $_.State -ne 'Z' -or $_.ParentId -eq $asked.Id }) {
            $status = try { [IO.File]::ReadAllText("/proc/$($process.Id)/status") } catch [IO.IOException] { '' }
            if ($status -match '(?m)^Uid:\s+(\d+)' -and ([long] $Matches[1] -eq $owner -or ([long] $Matches[1] -ge $shift -and [long] $Matches[1] -lt $shift + 65536)) -and
                $process.Id -notin $asked.Id, $following.Id) {
                "$($process.Id) $($process.State) $($process.CommandLine)"
            }
        }
    }

    # The user's session runs what the operations call.
    $forwarded = 'New-LxcContainer', 'Copy-LxcContainer', 'Get-LxcContainer', 'Remove-LxcContainer', 'Rename-LxcContainer', 'Export-LxcContainer', 'Import-LxcContainer',
        'Checkpoint-LxcContainer', 'Restore-LxcSnapshot', 'Get-LxcSnapshot', 'Remove-LxcSnapshot', 'Import-LxcImage', 'Get-LxcImage', 'Remove-LxcImage'
    $forward = { Send-Command $MyInvocation.MyCommand.Name $args }
}

AfterAll {
    Remove-Item $outside -Recurse -Force
    Remove-UserContainers $one
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'Death at any moment of a session of a user who is not root' -Skip:([bool] $missing) {
    BeforeAll {
        $place = $one.LxcPath
        $forwarded | ForEach-Object { Set-Item "function:$_" $forward }
        & sh -c 'mkdir -p "$1" && chown -R "$2" "$3"' sh $place "$($owner):$owner" $one.Home
        $asked = Start-Asked
        New-Base
    }

    AfterAll {
        $asked.Kill()
        $asked.WaitForExit()
        Remove-Item "$place/archives", "$place/images" -Recurse -Force -ErrorAction Ignore
    }

    It 'of <Operation> leaves what is whole, and the next try works' -ForEach $operations { Assert-SurvivesDeath }

    It 'of Restore-LxcSnapshot while a helper moves the files keeps others waiting until it has done' {
        # As in Rootless.Copies.Tests.ps1: whoever opens the container has a helper finish it, which is held up here until its session is dead.
        [void] [IO.Directory]::CreateDirectory("$place/$base/.restore/new")
        & cp '-a' "$place/$base/rootfs" "$place/$base/config" "$place/$base/.restore/new/"
        [IO.File]::WriteAllText("$place/$base/.restoring", 'aside')
        & chown "$($owner):$owner" "$place/$base/.restore" "$place/$base/.restore/new" "$place/$base/.restoring"
        $programs = [IO.Directory]::CreateDirectory("$outside/programs").FullName
        $real = (Get-Command newuidmap -CommandType Application)[0].Source
        [IO.File]::WriteAllText("$programs/newuidmap", "#!/bin/sh`n>$outside/begun`nuntil [ -e $outside/go ]; do sleep 0.05; done`nexec $real `"`$@`"`n")
        & chmod 755 "$programs/newuidmap"
        $session = Start-As $one "(Get-LxcContainer '$base' -LxcPath '$place').Rootfs" "export PATH=$($programs):`$PATH" -Listens
        Wait-Until { [IO.File]::Exists("$outside/begun") } | Should -BeTrue
        $session.Kill()
        $session.WaitForExit()
        $asked.StandardInput.WriteLine("Get-LxcContainer '$base' -LxcPath '$place'")
        $answer = $asked.StandardOutput.ReadLineAsync()
        $waits = -not $answer.Wait(1000)
        [IO.File]::WriteAllText("$outside/go", '')
        (ConvertFrom-Json $answer.Result).Errors | Should -BeNullOrEmpty
        $waits | Should -BeTrue
        [IO.File]::Exists("$place/$base/.restoring") | Should -BeFalse
        Assert-Whole "$place/$base/rootfs" first
        Wait-Until { -not (Get-Straggler) } | Should -BeTrue
        Assert-NothingHidden
    }
}

Describe 'A full disk at any moment of a session of a user who is not root' -Skip:([bool] $missing) {
    BeforeAll {
        $place = [IO.Directory]::CreateDirectory("$($one.Home)/full").FullName
        & mount -t tmpfs -o size=200m tmpfs $place
        $forwarded | ForEach-Object { Set-Item "function:$_" $forward }
        $asked = Start-Asked
        New-Base
    }

    AfterAll {
        $asked.Kill()
        $asked.WaitForExit()
        & umount $place
    }

    It 'under <Operation> leaves what is whole, and the next try works' -ForEach $operations { Assert-SurvivesFullDisk }
}

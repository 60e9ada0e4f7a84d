BeforeDiscovery {
    . $PSScriptRoot/BadNames.ps1
    $noClixml = -not (Get-Command Export-Clixml -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $web1 = "web1-$Unique"
    $web2 = "Web2-$Unique"
    $db = "db-$Unique"
    [void] (New-TestContainer $web1 -Config @{ 'lxc.group' = 'web', 'all'; 'lxc.start.auto' = 1; 'lxc.uts.name' = 'front' })
    [void] (New-TestContainer $web2, $db)
    Start-LxcContainer $web1, $db
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Get-LxcContainer' {
    It 'gets all containers, sorted by name, stopped ones too' {
        (Get-LxcContainer).Name | Should -Be $web2, $db, $web1 -Because 'W comes before d in the order of bytes'
        (Get-LxcContainer).State | Should -Be 'Stopped', 'Running', 'Running'
    }

    It 'gives typed values of a running container' {
        $container = Get-LxcContainer $web1
        $container | Should -BeOfType ([LxcPS.LxcContainer])
        $container.State | Should -BeOfType ([LxcPS.Engine.ContainerState])
        $container.State | Should -Be Running
        $container.ProcessId | Should -BeOfType ([int])
        $container.MemoryUsage | Should -BeOfType ([long])
        $container.MemoryUsage | Should -BeGreaterThan 4096
        $container.MemoryUsage | Should -BeLessThan 64MB
        $container.CpuTime | Should -BeOfType ([timespan])
        $container.CpuTime | Should -BeGreaterThan ([timespan]::Zero)
        $container.ProcessCount | Should -BeOfType ([long])
        $container.ProcessCount | Should -BeGreaterOrEqual 1
        , $container.IPAddress | Should -BeOfType ([ipaddress[]])
        $container.AutoStart | Should -BeOfType ([bool])
        $container.AutoStart | Should -BeTrue
        $container.HostName | Should -BeExactly 'front'
        $container.ConfigError | Should -BeNull
        "$container" | Should -BeExactly $web1
    }

    It 'names the init as the host numbers it' {
        $id = (Get-LxcContainer $web1).ProcessId
        [IO.File]::ReadAllText("/proc/$id/status") | Should -Match '(?m)^NSpid:\s+\d+\s+1$' -Because 'it is process 1 inside'
        [int] (lxc-info -P $LxcPath -n $web1 -p -H) | Should -Be $id
    }

    It 'gives nothing of the kernel for a stopped one' {
        $container = Get-LxcContainer $web2
        $container.State | Should -Be Stopped
        foreach ($property in 'ProcessId', 'MemoryUsage', 'CpuTime', 'ProcessCount') {
            $container.$property | Should -BeNull -Because "$property is of a running container"
        }

        $container.IPAddress.Count | Should -Be 0
    }

    It 'counts processes as the container has them' {
        $before = (Get-LxcContainer $db).ProcessCount
        Invoke-LxcCommand $db sh '-c' 'sleep 60 & sleep 60 & exit 0'
        (Get-LxcContainer $db).ProcessCount | Should -Be ($before + 2)
    }

    It 'is a snapshot: what has been read stays' {
        $container = Get-LxcContainer $db
        $id = $container.ProcessId
        Restart-LxcContainer $db -Kill
        $container.ProcessId | Should -Be $id
        (Get-LxcContainer $db).ProcessId | Should -Not -Be $id
    }

    It 'takes wildcards, exactly where that finds something and regardless of case otherwise' {
        (Get-LxcContainer "web*$Unique").Name | Should -Be $web1
        (Get-LxcContainer "WEB*$Unique").Name | Should -Be $web2, $web1
        (Get-LxcContainer '[dw]*').Name | Should -Be $db, $web1
        (Get-LxcContainer "w?b1-$Unique").Name | Should -Be $web1
    }

    It 'takes arrays, the pipeline, and property names' {
        (Get-LxcContainer $db, $web2).Name | Should -Be $db, $web2
        ($db, "web*$Unique" | Get-LxcContainer).Name | Should -Be $db, $web1
        ([pscustomobject]@{ Name = $web2; LxcPath = $LxcPath } | Get-LxcContainer).Name | Should -Be $web2
        (Get-LxcContainer $db | Get-LxcContainer).Name | Should -Be $db
    }

    It 'says nothing of a pattern that matches none' {
        Get-LxcContainer 'nothing*' -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'filters by state and group' {
        (Get-LxcContainer -State Running).Name | Should -Be $db, $web1
        (Get-LxcContainer -State Stopped, Frozen).Name | Should -Be $web2
        (Get-LxcContainer -Group web).Name | Should -Be $web1
        Get-LxcContainer -Group web -State Stopped | Should -BeNullOrEmpty
    }

    It 'sorts, groups and compares' {
        $containers = Get-LxcContainer
        (Get-LxcContainer $web1, $db | Sort-Object).Name | Should -Be $db, $web1 -Because 'the name is the key'
        ($containers | Sort-Object State, Name).Name | Should -Be $web2, $db, $web1
        $containers[0].CompareTo($containers[1]) | Should -BeLessThan 0
        $containers[1].CompareTo((Get-LxcContainer $db)) | Should -Be 0
    }

    It 'shows a table of the module''s' {
        $lines = (Get-LxcContainer $web1 | Out-String -Width 160) -split "`n" | Where-Object { $_.Trim() }
        $lines[0].Split([char[]] ' ', [StringSplitOptions]::RemoveEmptyEntries) | ForEach-Object { $_.Trim() } |
            Should -Be 'Name', 'State', 'ProcessId', 'Memory', 'CPU', 'IPAddress'
        $lines[2] | Should -Match "^$web1 .*Running +$((Get-LxcContainer $web1).ProcessId) "
    }

    It 'sees a container of LXC''s own, and LXC sees ours' {
        @(lxc-ls -P $LxcPath --running -1 | ForEach-Object Trim) | Should -Be $db, $web1
    }

    It 'finds nothing where there is no directory' {
        Get-LxcContainer -LxcPath "$LxcPath/missing" -ErrorAction Stop | Should -BeNullOrEmpty
    }
}

Describe 'Errors of Get-LxcContainer' {
    It 'writes one error for a name that there is not, and goes on' {
        $outcome = Get-Outcome { Get-LxcContainer "none-$Unique", $db }
        Assert-OneError $outcome ContainerNotFound ObjectNotFound "none-$Unique"
        $outcome.Output.Name | Should -Be $db
        $outcome = Get-Outcome { "none-$Unique", $db | Get-LxcContainer }
        Assert-OneError $outcome ContainerNotFound ObjectNotFound "none-$Unique"
        $outcome.Output.Name | Should -Be $db
    }

    It 'refuses <Title> as name' -ForEach $badNames {
        $outcome = Get-Outcome { Get-LxcContainer $Value }
        Assert-OneError $outcome InvalidName InvalidArgument $Value
        $outcome.Output | Should -BeNullOrEmpty
    }

    It 'refuses null' {
        { Get-LxcContainer $null } | Should -Throw -ErrorId 'ParameterArgumentValidationError,LxcPS.Commands.GetLxcContainerCommand'
    }

    It 'lists a container whose configuration cannot be read, and says why' {
        $name = "broken-$Unique"
        $path = (New-TestContainer $name).ConfigPath
        [IO.File]::AppendAllText($path, "lxc.uts.name`n")
        $line = [IO.File]::ReadAllLines($path).Length
        $outcome = Get-Outcome { Get-LxcContainer $name }
        $outcome.Errors | Should -BeNullOrEmpty
        $outcome.Output.Rootfs | Should -BeNull
        $outcome.Output.ConfigError | Should -BeLike "*$path*line ${line}:*"
        Remove-LxcContainer $name -Confirm:$false
    }

    It 'does not list a directory without a configuration, nor one being made' {
        [void] [IO.Directory]::CreateDirectory("$LxcPath/empty")
        [void] [IO.Directory]::CreateDirectory("$LxcPath/making")
        [IO.File]::WriteAllText("$LxcPath/making/config", '')
        [IO.File]::WriteAllText("$LxcPath/making/partial", '')
        (Get-LxcContainer).Name | Should -Not -Contain 'empty'
        (Get-LxcContainer).Name | Should -Not -Contain 'making'
        Assert-OneError (Get-Outcome { Get-LxcContainer making }) ContainerNotFound ObjectNotFound making
        [IO.Directory]::Delete("$LxcPath/empty")
        [IO.Directory]::Delete("$LxcPath/making", $true)
    }

    It 'says that a directory of containers cannot be read' {
        [void] [IO.File]::CreateSymbolicLink("$LxcPath/loop", "$LxcPath/loop")
        Assert-OneError (Get-Outcome { Get-LxcContainer -LxcPath "$LxcPath/loop" }) StorageFailed ResourceUnavailable '*'
        [IO.File]::Delete("$LxcPath/loop")
        Assert-OneError (Get-Outcome { Get-LxcContainer $db -LxcPath 'Env:' }) StorageFailed InvalidOperation 'Env:'
    }
}

Describe 'Objects of Get-LxcContainer elsewhere' {
    It 'survive serialization, and work as input then' {
        $name = "copy-$Unique"
        [void] (New-TestContainer $name)
        $text = [Management.Automation.PSSerializer]::Serialize((Get-LxcContainer $name))
        $back = [Management.Automation.PSSerializer]::Deserialize($text)
        $back.PSObject.TypeNames[0] | Should -BeExactly 'Deserialized.LxcPS.LxcContainer'
        $back.Name | Should -BeExactly $name
        $back | Start-LxcContainer
        (Get-LxcContainer $name).State | Should -Be Running
        $back | Stop-LxcContainer -Kill
        $back | Remove-LxcContainer -Confirm:$false
        [IO.Directory]::Exists("$LxcPath/$name") | Should -BeFalse
    }

    It 'keep their values in a file' -Skip:$noClixml {
        $file = "$LxcPath/objects.xml"
        Get-LxcContainer | Export-Clixml $file
        $back = Import-Clixml $file
        [IO.File]::Delete($file)
        $now = Get-LxcContainer $web1
        $then = $back | Where-Object Name -EQ $web1
        $back.Name | Should -Be $web2, $db, $web1
        $then.State.ToString() | Should -BeExactly 'Running'
        $then.State | Should -Be ([int] [LxcPS.Engine.ContainerState]::Running)
        $then.ProcessId | Should -Be $now.ProcessId
        $then.CpuTime | Should -BeOfType ([timespan])
        $then.MemoryUsage | Should -BeOfType ([long])
        $then.Group | Should -Be 'web', 'all'
    }
}

Describe 'Completion of containers' {
    BeforeAll {
        function Get-Completion {
            param([string] $Line)
            [Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches
        }
    }

    It 'completes names of the LxcPath on the line, for <_>' -ForEach 'Get', 'Set', 'Start', 'Stop', 'Restart', 'Suspend', 'Resume', 'Wait', 'Rename', 'Remove' {
        (Get-Completion "$_-LxcContainer -LxcPath $LxcPath -Name we").CompletionText | Should -Be $web2, $web1
        (Get-Completion "$_-LxcContainer -LxcPath $LxcPath d").CompletionText | Should -Contain $db
    }

    It 'quotes a name that PowerShell would not take as it is' {
        [void] (New-LxcContainer "two words-$Unique" -Template None)
        (Get-Completion "Get-LxcContainer -LxcPath $LxcPath -Name two").CompletionText | Should -Be "'two words-$Unique'"
        Remove-LxcContainer "two words-$Unique" -Confirm:$false
    }

    It 'completes states, templates and configuration keys' {
        (Get-Completion 'Wait-LxcContainer x -State Fro').CompletionText | Should -Be 'Frozen'
        (Get-Completion 'New-LxcContainer x -Template B').CompletionText | Should -Be 'Busybox'
        # Those that have a name come first, then the template scripts of this host.
        (Get-Completion 'New-LxcContainer x -Template ').CompletionText | Select-Object -First 7 | Should -Be 'Host', 'Busybox', 'Debian', 'Ubuntu', 'Image', 'Oci', 'None'
        $keys = Get-Completion 'Set-LxcContainer x -Config lxc.start.a'
        $keys.ListItemText | Should -Be 'lxc.start.auto'
        $keys[0].ToolTip | Should -Not -BeNullOrEmpty
    }

    It 'never fails' {
        { Get-Completion "Get-LxcContainer -LxcPath /proc/self/mem -Name x" } | Should -Not -Throw
        { Get-Completion "Get-LxcContainer -LxcPath '' -Name x" } | Should -Not -Throw
    }
}

Describe 'Commands of the life cycle' {
    It '<_> says what it emits, takes -WhatIf where it changes something, and documents its syntax' -ForEach @(
        'New', 'Get', 'Set', 'Start', 'Stop', 'Restart', 'Suspend', 'Resume', 'Wait', 'Rename', 'Remove' | ForEach-Object { "$_-LxcContainer" }
    ) {
        $command = Get-Command $_
        $changes = $_ -notmatch '^(Get|Wait)-'
        $command.Parameters.ContainsKey('WhatIf') | Should -Be $changes
        $command.Parameters.ContainsKey('Confirm') | Should -Be $changes
        $command.Parameters.ContainsKey('LxcPath') | Should -BeTrue
        $command.Parameters.ContainsKey('PassThru') | Should -Be ($_ -notmatch '^(New|Get)-')
        $command.OutputType.Count | Should -BeGreaterThan 0
        if ($_ -ne 'Remove-LxcContainer') {
            $command.OutputType.Type | Should -Contain ([LxcPS.LxcContainer])
        }

        $syntax = (Get-Command $_ -Syntax) -join "`n"
        $syntax | Should -Match ([regex]::Escape($_))
        $syntax | Should -Match '-Name\]? <string\[\]>'
        $command.Parameters['Name'].Attributes.Position | Should -Contain 0
    }
}

Describe 'Many containers' {
    It 'gets a hundred of them quickly' {
        # Defined as LXC itself defines them: a directory with a configuration.
        $many = "$LxcPath/many"
        $names = 1..100 | ForEach-Object { 'c{0:000}' -f $_ }
        foreach ($name in $names) {
            [void] [IO.Directory]::CreateDirectory("$many/$name")
            [IO.File]::WriteAllText("$many/$name/config", "lxc.uts.name = $name`n")
        }

        $watch = [Diagnostics.Stopwatch]::StartNew()
        $found = Get-LxcContainer -LxcPath $many
        $elapsed = $watch.Elapsed
        $found.Name | Should -Be $names
        $found.State | Sort-Object -Unique | Should -Be Stopped
        $elapsed.TotalSeconds | Should -BeLessThan 1 -Because 'a stopped container costs no connection'
        [IO.Directory]::Delete($many, $true)
    }
}

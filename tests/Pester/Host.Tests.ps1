# What whoever starts PowerShell relies on: its command line, exit codes, streams and signals. Passes under PowerShell itself and under
# the small host in tools/Host, and so says that the two agree.
BeforeDiscovery {
    $isHost = $Host.Name -eq 'LxcPS host'
    $hasTmux = [bool] (Get-Command tmux -CommandType Application -ErrorAction Ignore)
}

BeforeAll {
    $program = @(if (Test-Path "$PSHOME/pwsh") { "$PSHOME/pwsh" } else { 'dotnet', "$PSHOME/pwsh.dll" })
    $options = @($program | Select-Object -Skip 1)
    $isHost = $Host.Name -eq 'LxcPS host'

    # Standard output as text, and the exit code in $LASTEXITCODE.
    function Invoke-Program([object[]] $Argument, [switch] $Mixed) {
        $all = $options + '-NoProfile' + $Argument
        $lines = if ($Mixed) { & $program[0] @all 2>&1 } else { & $program[0] @all 2>$null }
        $lines | ForEach-Object { "$_" -replace '\e\[[0-9;?]*[a-zA-Z]' }
    }

    function New-Script([string] $Name, [string] $Text) {
        $path = Join-Path $TestDrive $Name
        Set-Content $path $Text
        $path
    }

    # Runs a script text in a process of its own, sends it a signal once it has said "ready", and waits.
    function Send-Signal([string] $Signal, [string] $Text) {
        $output = Join-Path $TestDrive "signal-$(New-Guid)"
        $arguments = $options + '-NoProfile' + '-File' + (New-Script 'signal.ps1' $Text)
        $process = Start-Process $program[0] $arguments -RedirectStandardOutput $output -RedirectStandardError "$output-errors" -PassThru
        for ($i = 0; $i -lt 200 -and -not ((Get-Content -Raw $output -ErrorAction Ignore) -match 'ready'); $i++) {
            Start-Sleep -Milliseconds 100
        }
        kill "-$Signal" $process.Id
        $process.WaitForExit(20000) | Should -BeTrue
        [pscustomobject] @{ ExitCode = $process.ExitCode; Output = (Get-Content $output, "$output-errors") -join ' ' }
    }
}

Describe 'Command line' {
    It 'runs -Command with all the words after it' {
        Invoke-Program '-Command', '1', '+', '1' | Should -Be '2'
    }

    It 'takes <_> for -Command' -ForEach '-c', '-Com', '--command', '-COMMAND' {
        Invoke-Program $_, '"x"' | Should -Be 'x'
    }

    It 'runs -EncodedCommand' {
        $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes("'é' + 1"))
        Invoke-Program '-EncodedCommand', $encoded | Should -Be 'é1'
    }

    It 'runs a file by -File, and by its name alone' {
        $file = New-Script 'file.ps1' '"<$($args -join ",")>"; $PSScriptRoot -eq (Split-Path $PSCommandPath)'
        Invoke-Program '-File', $file, 'a b', '$e' | Should -Be '<a b,$e>', 'True'
        Invoke-Program $file, '1' | Should -Be '<1>', 'True'
    }

    It 'runs a file of any name' {
        Invoke-Program '-File', (New-Script 'script' "#!/usr/bin/env pwsh`n`"from `$args`""), 'here' | Should -Be 'from here'
    }

    It 'binds a file''s arguments by name' {
        $file = New-Script 'bind.ps1' 'param([string] $Name, [switch] $On, [int] $Count, [bool] $Flag) "$Name $On $($Count + 1) $Flag"'
        Invoke-Program '-File', $file, '-Count', '2', '-Name', 'x y', '-On' | Should -Be 'x y True 3 False'
        Invoke-Program '-File', $file, '-On:false', '-Flag:$true', '-Name:', 'z' | Should -Be 'z False 1 True'
    }

    It 'starts in -WorkingDirectory' {
        Invoke-Program '-WorkingDirectory', '/usr', '-Command', '(Get-Location).Path' | Should -Be '/usr'
    }

    It 'takes what it does not need: <_>' -ForEach @(
        '-NoLogo', '-NonInteractive', '-ExecutionPolicy Bypass', '-InputFormat Text', '-OutputFormat Text'
    ) {
        Invoke-Program (-split $_ + '-Command' + '1') | Should -Be '1'
    }

    It 'tells its version' {
        Invoke-Program '-Version' | Should -Match '^PowerShell 7\.\d+\.\d+'
    }

    It 'shows help' {
        Invoke-Program '-Help' | Out-String | Should -BeLike '*-NoProfile*'
        $LASTEXITCODE | Should -Be 0
    }

    It 'refuses <_>' -ForEach '-Bogus', '/nonexistent/file', '-Command', '-OutputFormat Bogus' {
        Invoke-Program (-split $_) -Mixed | Should -Not -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 64
    }
}

Describe 'Exit code' {
    It '-Command <Text> gives <Code>' -ForEach @(
        @{ Text = '1'; Code = 0 }
        @{ Text = 'exit 7'; Code = 7 }
        @{ Text = 'throw 1'; Code = 1 }
        @{ Text = 'Get-Item /nonexistent'; Code = 1 }
        @{ Text = 'Get-Item /nonexistent; 1'; Code = 0 }
        @{ Text = 'no-such-command'; Code = 1 }
        @{ Text = '/bin/sh -c "exit 9"'; Code = 1 }
        @{ Text = '/bin/sh -c "exit 9"; exit $LASTEXITCODE'; Code = 9 }
        @{ Text = 'if ('; Code = 1 }
    ) {
        $null = Invoke-Program '-Command', $Text
        $LASTEXITCODE | Should -Be $Code
    }

    It '-File of <Text> gives <Code>' -ForEach @(
        @{ Text = '1'; Code = 0 }
        @{ Text = 'exit 7'; Code = 7 }
        @{ Text = '& { exit 8 }; 1'; Code = 8 }
        @{ Text = 'throw 1'; Code = 1 }
        @{ Text = 'Get-Item /nonexistent'; Code = 0 }
        @{ Text = '$ErrorActionPreference = "Stop"; Get-Item /nonexistent; 1'; Code = 1 }
        @{ Text = '/bin/sh -c "exit 9"'; Code = 0 }
        @{ Text = 'if ('; Code = 1 }
    ) {
        $null = Invoke-Program '-File', (New-Script 'code.ps1' $Text)
        $LASTEXITCODE | Should -Be $Code
    }
}

Describe 'Streams' {
    It 'gives standard input to -Command as $input' {
        'one', 'two' | & $program[0] @options -NoProfile -Command '$input | ForEach-Object { "<$_>" }' | Should -Be '<one>', '<two>'
    }

    It 'leaves standard input to what -Command starts' {
        'in' | & $program[0] @options -NoProfile -Command '/bin/cat' | Should -Be 'in'
    }

    It 'reads commands from standard input' {
        $lines = '1 + 1', 'function f {', '"inner"', '}', '', 'f', 'exit 4' | & $program[0] @options -NoProfile -Command -
        $lines -replace '\e\[[0-9;?]*[a-zA-Z]' | Where-Object { $_ } | Should -Be '2', 'inner'
        $LASTEXITCODE | Should -Be 4
    }

    It 'writes errors to standard error, concisely' {
        $said = Invoke-Program '-Command', 'Get-Item /nonexistent; "out"' -Mixed
        $said | Should -Contain 'Get-Item: Cannot find path ''/nonexistent'' because it does not exist.'
        Invoke-Program '-Command', 'Get-Item /nonexistent; "out"' | Should -Be 'out'
    }

    It 'points at the line of an error in a file' {
        $said = Invoke-Program '-File', (New-Script 'point.ps1' "1`nGet-Item /nonexistent") -Mixed | Out-String
        $said | Should -Match 'point\.ps1:2'
        $said | Should -Match '2 \|\s+Get-Item /nonexistent'
    }

    It 'marks <Prefix>' -ForEach @(
        @{ Prefix = 'WARNING: w'; Text = 'Write-Warning w' }
        @{ Prefix = 'VERBOSE: v'; Text = 'Write-Verbose v -Verbose' }
        @{ Prefix = 'DEBUG: d'; Text = 'Write-Debug d -Debug' }
    ) {
        Invoke-Program '-Command', $Text | Should -Be $Prefix
    }

    It 'keeps colours out of a pipe' -Skip:(-not $isHost) {
        & $program[0] -NoProfile -Command '[pscustomobject] @{ a = 1 }; Write-Warning w' | Out-String | Should -Not -Match '\e'
    }

    It 'fails rather than ask with -NonInteractive' {
        Invoke-Program '-NonInteractive', '-Command', 'Read-Host question' -Mixed | Out-String | Should -BeLike '*NonInteractive mode*'
        $LASTEXITCODE | Should -Be 1
    }

    It 'asks to confirm, and takes an answer from standard input' {
        $file = Join-Path $TestDrive 'kept'
        Set-Content $file 'x'
        $null = 'n' | & $program[0] @options -NoProfile -Command "Remove-Item '$file' -Confirm"
        $file | Should -Exist
        $null = 'y' | & $program[0] @options -NoProfile -Command "Remove-Item '$file' -Confirm"
        $file | Should -Not -Exist
    }
}

Describe 'Signals' {
    It 'runs the finally blocks and ends with <Code> on SIG<Name>' -Skip:(-not $isHost) -ForEach @(
        @{ Name = 'INT'; Code = 130 }
        @{ Name = 'TERM'; Code = 143 }
    ) {
        $result = Send-Signal $Name 'try { "ready"; Start-Sleep 60 } finally { [Console]::Error.WriteLine("finally") }'
        $result.ExitCode | Should -Be $Code
        $result.Output | Should -BeLike '*ready*finally*'
    }

    It 'ends on SIGTERM' {
        (Send-Signal 'TERM' '"ready"; Start-Sleep 60').ExitCode | Should -Not -Be 0
    }
}

Describe 'Host' -Skip:(-not $isHost) {
    It 'names PowerShell where it lacks a command of it' {
        $said = Invoke-Program '-Command', 'Invoke-WebRequest -Uri x' -Mixed | Out-String
        $said | Should -BeLike '*Invoke-WebRequest*not recognized*pwsh*'
        { Invoke-WebRequest x } | Should -Throw -ExceptionType ([System.Management.Automation.CommandNotFoundException])
    }

    It 'exports to other sessions every command it has' {
        $module = Import-PowerShellDataFile "$PSHOME/Modules/Microsoft.PowerShell.Utility/Microsoft.PowerShell.Utility.psd1"
        $commands = Get-Command -CommandType Cmdlet | Where-Object {
            $_.ImplementingType -and $_.ImplementingType.Namespace -eq 'Microsoft.PowerShell.Commands' -and
            $_.ImplementingType.Assembly.GetName().Name -eq 'lxcps-host'
        }
        $commands.Name | Sort-Object | Should -Be ($module.CmdletsToExport | Sort-Object)
    }

    It 'has its commands in <Name>' -ForEach @(
        @{ Name = 'a session that a script makes'; Run = { [powershell]::Create().AddScript('Write-Output (Get-Item /).Name').Invoke() } }
        @{ Name = 'a parallel block'; Run = { 1 | ForEach-Object -Parallel { (Get-Item /).Name } } }
        @{ Name = 'a job'; Run = { Start-Job { (Get-Item /).Name } | Receive-Job -Wait -AutoRemoveJob } }
    ) {
        & $Run | Should -Be '/'
    }
}

Describe 'Prompt' -Skip:(-not ($isHost -and $hasTmux)) {
    BeforeAll {
        $terminal = "lxcps-host-$PID"
        $env:XDG_DATA_HOME = "$TestDrive/data"
        tmux -L $terminal new-session -d -s t -x 100 -y 30 "$($program[0]) -NoProfile; echo ended: `$?; sleep 60"

        # Types, and waits until the screen shows what is expected.
        function Enter-Keys([string[]] $Key, [string] $Expect) {
            tmux -L $terminal send-keys -t t @Key
            for ($i = 0; $i -lt 100; $i++) {
                Start-Sleep -Milliseconds 100
                $screen = (tmux -L $terminal capture-pane -p -t t) -join "`n"
                if ($screen -match $Expect) { return }
            }
            throw "Instead of $Expect the screen shows:`n$screen"
        }
        Enter-Keys ' ' 'PS /'
        Enter-Keys 'BSpace' 'PS /'
    }

    AfterAll {
        tmux -L $terminal kill-server
        Remove-Item Env:XDG_DATA_HOME
    }

    It 'runs what is typed' {
        Enter-Keys '6 * 7', 'Enter' '(?m)^42$'
    }

    It 'completes at Tab' {
        Enter-Keys 'Get-ChildI', 'Tab' '(?m)Get-ChildItem$'
        Enter-Keys 'C-c' '\^C'
    }

    It 'recalls at Up' {
        Enter-Keys 'Up' '(?m)> 6 \* 7\n*\z'
        Enter-Keys 'C-c' '6 \* 7\^C'
    }

    It 'goes on until a command is whole' {
        Enter-Keys 'if ($true) {', 'Enter', '"in" + "side"', 'Enter', '}', 'Enter' '(?m)^inside$'
    }

    It 'stops a command at Ctrl+C and stays' {
        Enter-Keys 'Start-Sleep 100', 'Enter' 'Start-Sleep 100'
        Start-Sleep 1
        Enter-Keys 'C-c' '\^C'
        Enter-Keys '"still " + "here"', 'Enter' '(?m)^still here$'
    }

    It 'exits with the code given' {
        Enter-Keys 'exit 3', 'Enter' '(?m)^ended: 3$'
    }
}

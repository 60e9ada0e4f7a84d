# Dot-sourced in BeforeAll, after Common.ps1 and Probe.ps1: sessions on terminals of their own, which script(1) of util-linux makes.
function Open-Terminal {
    # A session on a terminal of its own that runs a script; the terminal's settings before and after it are kept as text.
    param([string] $Script)
    $id = [guid]::NewGuid().ToString('n')
    $file = "$LxcPath/session-$id"
    [IO.File]::WriteAllText("$file.ps1", "Import-Module '$env:LXCPS_MODULE'; `$PSDefaultParameterValues['*-Lxc*:LxcPath'] = '$LxcPath'; $Script; exit `$LASTEXITCODE")
    $command = ($Shell | ForEach-Object { "'$_'" }) -join ' '
    [IO.File]::WriteAllText("$file.sh", @"
trap : INT
stty rows 31 cols 97
stty -g >$file.before
tty >$file.tty
NO_COLOR=1 HOST_SECRET=token $command -NoProfile -File $file.ps1
code=`$?
stty -g >$file.after
echo "ended with `$code"
"@)
    $start = [Diagnostics.ProcessStartInfo]::new('script', "-qefc `"sh $file.sh`" /dev/null")
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    [pscustomobject]@{ Process = [Diagnostics.Process]::Start($start); File = $file; Text = ''; Buffer = [byte[]]::new(4096); Pending = $null }
}

function Read-Terminal {
    # Reads until the text matches; what was read so far is kept in the terminal's Text.
    param([object] $Terminal, [string] $Pattern, [double] $Seconds = 30)
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($Terminal.Text -notmatch $Pattern) {
        $Terminal.Pending ??= $Terminal.Process.StandardOutput.BaseStream.ReadAsync($Terminal.Buffer, 0, $Terminal.Buffer.Length)
        $left = $Seconds * 1000 - $watch.ElapsedMilliseconds
        if ($left -le 0 -or -not $Terminal.Pending.Wait([int] $left) -or $Terminal.Pending.Result -eq 0) {
            throw "The terminal does not show '$Pattern' but: $($Terminal.Text)"
        }

        $Terminal.Text += [Text.Encoding]::UTF8.GetString($Terminal.Buffer, 0, $Terminal.Pending.Result)
        $Terminal.Pending = $null
    }
}

function Send-Line {
    # Types a line at the shell's prompt; what came before is forgotten.
    param([object] $Terminal, [string] $Line)
    $Terminal.Text = ''
    $Terminal.Process.StandardInput.Write("$Line`r")
    $Terminal.Process.StandardInput.Flush()
}

function Close-Terminal {
    # Whatever the test did, nothing of it goes on.
    param([object] $Terminal)
    if (-not $Terminal -or -not $Terminal.File) {
        # There is none: its test failed before it was made. The name of no file is a part of every script's.
        return
    }

    if (-not $Terminal.Process.HasExited) {
        foreach ($process in Get-ProcessTable) {
            if ($process.CommandLine.Contains("$($Terminal.File).ps1")) {
                & kill -KILL $process.Id
            }
        }

        $Terminal.Process.Kill()
    }

    $Terminal.Process.Dispose()
}

# What the script of a hook runs in: Register-LxcHook writes scripts that call this one.
param([Parameter(Mandatory)] [string] $Event, [Parameter(Mandatory)] [scriptblock] $Script)
$ErrorActionPreference = 'Stop'
try {
    [LxcPS.LxcHook]::GetContainer($Event) | ForEach-Object -Process $Script | ForEach-Object {
        if ($_ -isnot [Collections.IDictionary]) {
            $_
        }
        elseif ($Event -ne 'PreStart') {
            throw "Only a PreStart hook can change a start's configuration, by a hash table that it emits"
        }
        elseif (-not $env:LXCPS_START_SETTINGS) {
            throw "The hook changes the configuration of this start, which Start-LxcContainer takes and LXC's own tools do not"
        }
        else {
            foreach ($key in $_.Keys) {
                foreach ($value in @($_[$key])) {
                    $text = if ($value -is [bool]) { [string] [int] $value } else { [string] $value }
                    if ("$key$text".Contains("`n")) {
                        throw "The value of $key has several lines"
                    }

                    [IO.File]::AppendAllText($env:LXCPS_START_SETTINGS, "$key=$text`n")
                }
            }
        }
    }
}
catch {
    [Console]::Error.WriteLine($_.Exception.Message)
    exit 1
}

# Not what a program of the script has left in LASTEXITCODE.
exit 0

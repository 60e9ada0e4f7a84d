# Dot-sourced after Common.ps1 and Probe.ps1 by the tests of containers of users: users that exist in these tests' sessions alone, with
# subordinate ids. Their account files are bound over those of /etc in a mount namespace of each session's own.
$accounts = "$LxcPath/.etc"
[void] [IO.Directory]::CreateDirectory($accounts)
foreach ($file in 'passwd', 'group', 'subuid', 'subgid') {
    # To bind over a file takes one.
    if (Test-Path "/etc/$file") { Copy-Item "/etc/$file" "$accounts/$file" } else { Set-Content "$accounts/$file" '' }
}

# A copy that users can read, wherever the module was built.
$module = "$LxcPath/.module"
Copy-Item (Split-Path $env:LXCPS_MODULE) $module -Recurse
& chmod '-R' 'a+rX' $module

function New-User {
    # An account with a home, and the ranges of subordinate ids: their first and their count, as many as there are.
    param([string] $Name, [int] $Id, [string[]] $Range)
    $directory = "$LxcPath/.$Name"
    [void] [IO.Directory]::CreateDirectory($directory)
    & chown "$($Id):$Id" $directory
    & chmod 700 $directory
    [IO.File]::AppendAllText("$accounts/passwd", "$($Name):x:$($Id):$($Id)::$($directory):/bin/sh`n")
    [IO.File]::AppendAllText("$accounts/group", "$($Name):x:$($Id):`n")
    foreach ($one in $Range) {
        [IO.File]::AppendAllText("$accounts/subuid", "$($Name):$one`n")
        [IO.File]::AppendAllText("$accounts/subgid", "$($Name):$one`n")
    }

    [pscustomobject]@{ Name = $Name; Id = $Id; Home = $directory; LxcPath = "$directory/.local/share/lxc" }
}

function Start-As {
    # Starts a session of a user that runs a script. An error or a warning that it writes is a line of its kind, its id, category, text and advice.
    # The setup is a line for the shell that becomes the session, run as root.
    param([object] $User, [string] $Script, [string] $Setup = ':', [switch] $OwnNetwork, [switch] $Listens)
    $start = [Diagnostics.ProcessStartInfo]::new('unshare')
    $enter = "for f in passwd group subuid subgid; do [ ! -e /etc/`$f ] || mount --bind '$accounts'/`$f /etc/`$f || exit 9; done; $Setup
cd '$($User.Home)' && exec setpriv --reuid=$($User.Id) --regid=$($User.Id) --clear-groups env -u XDG_RUNTIME_DIR -u XDG_DATA_HOME HOME='$($User.Home)' NO_COLOR=1 `"`$@`""
    foreach ($argument in @(if ($OwnNetwork) { '-n' }) + @('-m', '--propagation', 'private', 'sh', '-c', $enter, 'sh') + $Shell + '-NoProfile', '-NonInteractive', '-Command', @"
Import-Module '$module/LxcPS.psd1'
& { $Script } 2>&1 3>&1 | ForEach-Object {
    if (`$_ -is [Management.Automation.ErrorRecord]) {
        "error|`$(`$_.FullyQualifiedErrorId.Split(',')[0])|`$(`$_.CategoryInfo.Category)|`$_|`$(`$_.ErrorDetails.RecommendedAction)" -replace '\s*\n\s*', ' '
    }
    elseif (`$_ -is [Management.Automation.WarningRecord]) { "warning|`$_" }
    else { `$_ }
}
"@) {
        $start.ArgumentList.Add($argument)
    }

    $start.RedirectStandardInput = $Listens
    $start.RedirectStandardOutput = $true
    [Diagnostics.Process]::Start($start)
}

function Invoke-As {
    # Runs a script in a session of a user; what it writes. See Start-As.
    param([object] $User, [string] $Script, [string] $Setup = ':', [switch] $OwnNetwork)
    $process = Start-As @PSBoundParameters
    try {
        $process.StandardOutput.ReadToEnd() -split '\r?\n' | Where-Object { $_ }
        $process.WaitForExit()
    }
    finally {
        $process.Dispose()
    }
}

function Remove-UserContainers {
    # What a failed test left of a user's, then what is this file's own.
    param([object[]] $User)
    foreach ($one in $User) {
        Invoke-As $one 'Get-LxcContainer | Remove-LxcContainer -Force' | Should -BeNullOrEmpty
        [IO.Directory]::Exists($one.LxcPath) -and [IO.Directory]::GetFileSystemEntries($one.LxcPath) | Should -BeFalse
        Remove-Item $one.Home -Recurse -Force
    }

    Remove-Item $accounts, $module -Recurse -Force
}

function New-Delegation {
    # Cgroups of the user's, as a manager of sessions makes them.
    param([object] $User, [string[]] $Path)
    foreach ($directory in $Path) {
        [void] [IO.Directory]::CreateDirectory($directory)
        & chown $User.Id $directory
        foreach ($file in 'cgroup.procs', 'tasks', 'cgroup.threads', 'cgroup.subtree_control') {
            if (Test-Path "$directory/$file") { & chown $User.Id "$directory/$file" }
        }
    }
}

function Remove-Delegation {
    # All that is left of them, which should be themselves and what LXC's tools leave as well.
    param([string] $Path)
    if (Test-Path $Path) {
        $found = @(find $Path -depth -type d)
        $found | ForEach-Object { [IO.Directory]::Delete($_) }
        $found | Where-Object { $_ -match 'payload|monitor' }
    }
}

# Where AppArmor is in force a user's container takes a profile that root has registered.
if ((Test-Path /sys/module/apparmor/parameters/enabled) -and (Get-Content /sys/module/apparmor/parameters/enabled) -eq 'Y') {
    $userPolicy = "$LxcPath/.policy"
}

function Register-UserProfile {
    if ($userPolicy) { New-LxcProfile lxc-container-user | Register-LxcProfile -PolicyPath $userPolicy }
}

function Unregister-UserProfile {
    if ($userPolicy) { Remove-LxcProfile lxc-container-user -PolicyPath $userPolicy -Force -Confirm:$false }
}

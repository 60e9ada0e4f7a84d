# Dot-sourced after Common.ps1 and Probe.ps1 by the tests of the life cycle: errors, -WhatIf, and that nothing is left, in one place.

function Get-Outcome {
    # Runs a script and takes apart what it writes: whoever expects an error wants to see all of them, and what was emitted beside them.
    param([scriptblock] $Script)
    $ErrorActionPreference = 'Continue'
    $output = [Collections.Generic.List[object]]::new()
    $errors = [Collections.Generic.List[object]]::new()
    foreach ($item in & $Script 2>&1) {
        if ($item -is [Management.Automation.ErrorRecord]) {
            $errors.Add($item)
        }
        else {
            $output.Add($item)
        }
    }

    [pscustomobject]@{ Output = $output.ToArray(); Errors = $errors.ToArray() }
}

function Assert-OneError {
    # Exactly one error, with all that the module promises of each: a stable id, a category, the container's name as target, and advice.
    param([object] $Outcome, [string] $Id, [string] $Category, [AllowEmptyString()] [string] $Target)
    $Outcome.Errors.Count | Should -Be 1 -Because "one error is expected, not '$($Outcome.Errors -join "', '")'"
    $record = $Outcome.Errors[0]
    [LxcPS.Engine.LxcErrorId]::$Id | Should -BeExactly $Id -Because 'the id is in the catalogue'
    $record.FullyQualifiedErrorId | Should -BeLike "$Id,LxcPS.Commands.*LxcContainerCommand"
    $record.Exception | Should -BeOfType ([LxcPS.Engine.LxcException])
    $record.Exception.ErrorId | Should -BeExactly $Id
    "$($record.CategoryInfo.Category)" | Should -BeExactly $Category
    $record.TargetObject | Should -BeOfType ([string])
    $record.TargetObject | Should -BeExactly $Target
    $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    $record.ErrorDetails.Message | Should -BeExactly $record.Exception.Message
}

function Get-SessionText {
    # What a session of its own writes. What a host shows past every stream, as -WhatIf's text, can be read only there.
    param([string] $Script)
    $session = Start-Session $Script
    $session.StandardInput.Close()
    $errors = $session.StandardError.ReadToEndAsync()
    $text = $session.StandardOutput.ReadToEnd()
    $session.WaitForExit()
    $text + $errors.Result
}

function Get-HeldLock {
    # Locks of containers of this file that somebody holds at this moment.
    $directory = "/run/lxc/lock$LxcPath"
    if ([IO.Directory]::Exists($directory)) {
        $table = [IO.File]::ReadAllText('/proc/locks')
        foreach ($file in [IO.Directory]::GetFiles($directory)) {
            if ($table -match ":$(stat -c %i $file) ") {
                "lock $file"
            }
        }
    }
}

function Assert-NothingLeft {
    # For AfterAll: also after failed tests all containers go, and then nothing of them is anywhere.
    $held = Get-HeldLock
    $hidden = [IO.Directory]::GetFileSystemEntries($LxcPath, '.*')
    Remove-TestContainers
    $held | Should -BeNullOrEmpty
    $hidden | Should -BeNullOrEmpty -Because 'a creation or removal leaves nothing half made'
    [IO.Directory]::Exists($LxcPath) | Should -BeFalse
    Get-Leftover | Should -BeNullOrEmpty
    find /sys/fs/cgroup -name "*$Unique*" | Should -BeNullOrEmpty
}

function Use-Container {
    # Starts a container, runs a script in it, and ends it; what the script writes.
    param([string] $Name, [string] $Script)
    Start-LxcContainer $Name
    Invoke-LxcCommand $Name sh '-c' $Script
    Stop-LxcContainer $Name -Kill
}

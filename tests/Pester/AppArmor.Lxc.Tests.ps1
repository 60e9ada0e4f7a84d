BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Escapes.ps1
    $name = "both-$Unique"
    # The same directory and configuration for both, with all capabilities: the profile alone is what refuses.
    [void] (New-TestContainer $name @{ 'lxc.cap.drop' = ''; 'lxc.apparmor.profile' = 'generated'; 'lxc.cgroup2.pids.max' = '100' } -Privileged)
    Copy-TryProgram "$LxcPath/$name/rootfs"
    'profile lxcps-other { file, }' | apparmor_parser --replace --skip-cache
    $all = $tries + $limits
    $pivot = '/sys/fs/cgroup/lxc.pivot'
    $hadPivot = [IO.Directory]::Exists($pivot)
}

AfterAll {
    'profile lxcps-other { }' | apparmor_parser --remove
    Remove-TestContainers
    # LXC leaves the cgroup that its monitors wait in.
    if (-not $hadPivot -and [IO.Directory]::Exists($pivot)) {
        [IO.Directory]::Delete($pivot)
    }

    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'The generated profile beside LXC''s' -Tag AppArmor {
    It 'refuses whatever LXC''s refuses, to the root of the same privileged container' {
        lxc-start -P $LxcPath -n $name -d
        $LASTEXITCODE | Should -Be 0
        $theirs = ConvertFrom-TryOutput (ConvertTo-TryScript $all | lxc-attach -P $LxcPath -n $name -- sh)
        lxc-stop -P $LxcPath -n $name -k
        Start-LxcContainer $name
        $ours = Invoke-Try $name $all
        Stop-LxcContainer $name -Kill
        $theirs.Count | Should -Be $all.Count
        $ours.Count | Should -Be $all.Count

        # The table of docs/design/confinement.md.
        Write-Host ("`n| What root in the container tries | LXC {0} | LxcPS |`n|---|---|---|" -f (lxc-start --version))
        foreach ($key in $all.Keys) {
            Write-Host "| $key | $($theirs[$key]) | $($ours[$key]) |"
        }

        @($all.Keys | Where-Object { $theirs[$_] -eq 'refused' -and $ours[$_] -ne 'refused' }) | Should -BeNullOrEmpty
    }

    It 'costs a start less than LXC''s, once both have compiled theirs' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        lxc-start -P $LxcPath -n $name -d
        $theirs = $watch.Elapsed
        lxc-stop -P $LxcPath -n $name -k
        $watch.Restart()
        Start-LxcContainer $name
        $ours = $watch.Elapsed
        Stop-LxcContainer $name -Kill
        Write-Host ("A start with the generated profile: LxcPS {0:0.00} s, lxc-start {1:0.00} s, ratio {2:0.00}" -f $ours.TotalSeconds, $theirs.TotalSeconds, ($ours / $theirs))
        $ours | Should -BeLessThan $theirs
    }
}

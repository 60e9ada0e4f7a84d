BeforeDiscovery {
    $missing = 'setpriv', 'unshare', 'newuidmap' | Where-Object { -not (Get-Command $_ -CommandType Application -ErrorAction Ignore) }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Rootless.ps1
    $first = 1500000000
    $user = New-User lxcpsitems 60715 "$($first):65536"
    Register-UserProfile
}

AfterAll {
    Unregister-UserProfile
    Remove-UserContainers $user
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'Copy-LxcItem in the session of a user' -Skip:([bool] $missing) {
    It 'makes his files the container''s root''s, and what comes out his own, whether it runs or not' {
        $lines = @(Invoke-As $user @'
$WarningPreference = 'Ignore'
[void] (New-LxcContainer mine -Template Busybox)
[void] (New-Item -ItemType Directory here/sub)
Set-Content here/file text
chmod 640 here/file
Copy-LxcItem here /root -ToContainer mine -Recurse
Copy-LxcItem /root/here/file stopped -FromContainer mine
stat -c '%u %g %a' stopped
Start-LxcContainer mine
Copy-LxcItem here /tmp/there -ToContainer mine -Recurse
Invoke-LxcCommand mine sh -ArgumentList '-c', 'stat -c "%u %g %a" /root/here/file /tmp/there/file; cat /tmp/there/file; chown 5:6 /tmp/there/file'
Copy-LxcItem /tmp/there/* . -FromContainer mine -Recurse
stat -c '%u %g %a' file
ln -s $PWD/here link
Copy-LxcItem link /tmp/link -ToContainer mine
Copy-LxcItem /etc/shadow* nowhere/x -FromContainer mine
Mount-LxcItem mine here /mnt
Stop-LxcContainer mine -Kill
'@)
        $lines | Select-Object -First 5 | Should -Be "$($user.Id) $($user.Id) 640", '0 0 640', '0 0 640', 'text', "$($user.Id) $($user.Id) 640"
        $lines[5] | Should -BeLike 'error|ItemNotFound|*'
        $lines[6] | Should -BeLike 'error|PermissionDenied|*root only*'
        $lines | Should -HaveCount 7
    }
}

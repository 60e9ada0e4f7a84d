BeforeDiscovery {
    $places = '/usr/libexec/lxc', '/usr/lib/x86_64-linux-gnu/lxc', '/usr/lib/aarch64-linux-gnu/lxc', '/usr/lib/lxc'
    $program = $places | ForEach-Object { "$_/lxc-user-nic" } | Where-Object { Test-Path $_ } | Select-Object -First 1
    $noNic = -not $program -or -not (Test-Path /etc/lxc) -or -not (Get-Command ip, setpriv, unshare, newuidmap -CommandType Application -ErrorAction Ignore)
    if ($noNic) { Write-Warning 'Interfaces of users are not tested: lxc-user-nic (the package lxc), ip, setpriv, unshare or newuidmap is missing' }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Rootless.ps1
    $first = 1650000000
    $user = New-User lxcpsnet 60715 "$($first):65536"
    Register-UserProfile
    # The bridge, what is granted and the program's list of interfaces are the session's own.
    [void] [IO.Directory]::CreateDirectory("$accounts/lxc")
    Set-Content "$accounts/lxc/lxc-usernet" 'lxcpsnet veth lxcpsbr 1'
    Set-Content "$accounts/lxc/default.conf" 'lxc.net.0.type = veth', 'lxc.net.0.link = lxcpsbr', 'lxc.net.0.flags = up', 'lxc.net.0.hwaddr = 02:00:00:11:22:33'
    $setup = "mount --bind '$accounts/lxc' /etc/lxc; mount -t tmpfs none /run; mkdir /run/lxc; ip link add lxcpsbr type bridge; ip link set lxcpsbr up; mount -t sysfs none /sys"
}

AfterAll {
    Unregister-UserProfile
    Remove-UserContainers $user
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'The network of a user''s container' -Skip:$noNic {
    It 'is what root grants the user: by default, with address and hardware address, and no more' {
        $lines = Invoke-As $user @'
$WarningPreference = 'Ignore'
[void] (New-LxcContainer one, two -Template Busybox)
(Select-String veth .local/share/lxc/one/config).Count
Start-LxcContainer one -Config @{ 'lxc.net.0.ipv4.address' = '10.99.0.2/24' }
Invoke-LxcCommand one sh -ArgumentList '-c', 'ip -o addr show eth0 | grep -o "inet 10[^ ]*"; cat /sys/class/net/eth0/address /sys/class/net/eth0/operstate'
[IO.Directory]::GetDirectories('/sys/class/net/lxcpsbr/brif').Count
Start-LxcContainer two
Stop-LxcContainer one -Kill
$end = [datetime]::Now.AddSeconds(5)
while ([IO.Directory]::GetDirectories('/sys/class/net/lxcpsbr/brif').Count -and [datetime]::Now -lt $end) { Start-Sleep -Milliseconds 50 }
[IO.Directory]::GetDirectories('/sys/class/net/lxcpsbr/brif').Count
Remove-LxcContainer one, two -Confirm:$false
'@ $setup -OwnNetwork
        $lines[0..4] | Should -Be '1', 'inet 10.99.0.2/24', '02:00:00:11:22:33', 'up', '1'
        $lines[5] | Should -BeLike 'error|NetworkFailed|*lxc-user-nic refused*|*lxcpsnet veth lxcpsbr*/etc/lxc/lxc-usernet*'
        $lines[6] | Should -Be '0'
        $lines | Should -HaveCount 7
    }

    It 'is empty by default where nothing is granted' {
        $lines = Invoke-As $user @'
[void] (New-LxcContainer three -Template Busybox)
Select-String lxc.net .local/share/lxc/three/config | ForEach-Object Line
Remove-LxcContainer three -Confirm:$false
'@ "$setup; : > /etc/lxc/lxc-usernet" -OwnNetwork
        $lines | Should -Be 'lxc.net.0.type = empty'
    }

    It 'is refused where the program is missing, with what to install' -ForEach @{ Program = $program } {
        $lines = @(Invoke-As $user @'
[void] (New-LxcContainer four -Template Busybox -Config @{ 'lxc.net.0.type' = 'veth'; 'lxc.net.0.link' = 'lxcpsbr' })
Start-LxcContainer four
Remove-LxcContainer four -Confirm:$false
'@ "mount --bind /dev/null $program")
        $lines | Should -HaveCount 1
        $lines | Should -BeLike 'error|PermissionDenied|*lxc-user-nic*not installed*|*apt-get install lxc*'
    }
}

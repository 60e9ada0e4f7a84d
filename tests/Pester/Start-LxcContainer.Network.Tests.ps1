BeforeDiscovery {
    # Whether the kernel has a kind of interface is tried in a network namespace that goes with the try.
    function Test-Kind {
        param([string] $Line)
        unshare -n sh -c "ip link add lxk0 type veth peer name lxk1 && ip link add $Line" *>$null
        $LASTEXITCODE -eq 0
    }

    $noMacvlan = -not (Test-Kind 'link lxk0 name lxk2 type macvlan')
    $noIpvlan = -not (Test-Kind 'link lxk0 name lxk2 type ipvlan')
    $noVlan = -not (Test-Kind 'link lxk0 name lxk2 type vlan id 5')
    $noFiltering = -not (Test-Kind 'lxk2 type bridge vlan_filtering 1')
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $before = Get-Interface
    $one = "one-$Unique"
    $two = "two-$Unique"
    [void] (New-TestContainer $one, $two @{ 'lxc.net' = '' })

    # A cable whose one end is the network card of this file, and whose other end stands for the world.
    $card = "k$Unique"
    $world = "w$Unique"
    $bridge = "b$Unique"
    $script = "$LxcPath/script"
    ip link add $card type veth peer name $world
    ip link set $card up
    ip link set $world up
    ip link add $bridge type bridge
    ip link set $bridge up
    [IO.File]::WriteAllText($script, "#!/bin/sh`nexport >$script.env`necho `"`$*`" >>$script.log`n[ ! -e $script.fails ] || { echo no network today; exit 3; }`n")
    chmod 755 $script

    function Get-Refusal {
        # The one error of a start with these keys of device 0, after which the host's interfaces are as before.
        param([hashtable] $Setting)
        $outcome = Get-Outcome { Start-Device $one $Setting }
        $outcome.Errors.Count | Should -Be 1
        Get-Interface | Should -Be $interfaces
        (Get-LxcContainer $one).State | Should -Be Stopped
        $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $outcome.Errors[0].Exception
    }

    function Start-Device {
        param([string] $Name, [hashtable] $Setting)
        $config = @{}
        foreach ($key in $Setting.Keys) {
            $config["lxc.net.0.$key"] = $Setting[$key]
        }

        Start-LxcContainer $Name -Config $config
    }

    function Test-Ping {
        # The network may need a moment: duplicate address detection, and a bridge that learns.
        param([string] $Name, [string] $Address)
        Wait-Until { Invoke-LxcCommand $Name ping '-c' 1 '-W' 1 $Address *>$null; $LASTEXITCODE -eq 0 } 20
    }

    $interfaces = Get-Interface
}

AfterAll {
    Get-LxcContainer | Stop-LxcContainer -Kill
    foreach ($name in $card, $bridge) {
        ip link del $name
    }

    Assert-NothingLeft
    Get-Interface | Should -Be $before
}

Describe 'A network device of type' -Tag Vm {
    AfterEach {
        Stop-LxcContainer $one, $two -Kill
        Get-Interface | Should -Be $interfaces -Because 'what the host has of a device goes with the container'
    }

    # keys: lxc.net.[i].type lxc.net.[i].link lxc.net.[i].macvlan.mode lxc.net.[i].flags lxc.net.[i].name lxc.net.[i].mtu lxc.net.[i].hwaddr lxc.net.[i].ipv4.address lxc.net.[i].ipv4.gateway
    It 'macvlan gives containers cards of their own on one of the host''s: <Mode>' -Skip:$noMacvlan -ForEach @(
        @{ Mode = 'bridge'; Reaches = $true }, @{ Mode = 'private'; Reaches = $false }
    ) {
        $n = 0
        foreach ($name in $one, $two) {
            $n++
            Start-Device $name @{
                type = 'macvlan'; link = $card; 'macvlan.mode' = $Mode; flags = 'up'; name = 'lan0'; mtu = '1400'
                hwaddr = "02:16:3e:00:00:0$n"; 'ipv4.address' = "10.219.7.$n/24"; 'ipv4.gateway' = 'dev'
            }
        }

        $text = (Invoke-LxcCommand $one ip addr show lan0) -join "`n"
        $text | Should -Match 'mtu 1400'
        $text | Should -Match '02:16:3e:00:00:01'
        $text | Should -Match 'inet 10\.219\.7\.1/24'
        (Invoke-LxcCommand $one ip route) -join "`n" | Should -Match '(?m)^default dev lan0'
        if ($Reaches) {
            Test-Ping $one 10.219.7.2 | Should -BeTrue
        }
        else {
            Test-Ping $one 10.219.7.1 | Should -BeTrue
            Invoke-LxcCommand $one ping '-c' 1 '-W' 1 10.219.7.2 *>$null
            $LASTEXITCODE | Should -Not -Be 0
        }
    }

    It 'macvlan takes its gateway from the link' -Skip:$noMacvlan {
        ip addr add 10.219.8.1/24 dev $card
        Start-Device $one @{ type = 'macvlan'; link = $card; flags = 'up'; 'ipv4.address' = '10.219.8.2/24'; 'ipv4.gateway' = 'auto' }
        (Invoke-LxcCommand $one ip route) -join "`n" | Should -Match '(?m)^default via 10\.219\.8\.1 dev eth0'
        ip addr del 10.219.8.1/24 dev $card
    }

    # keys: lxc.net.[i].ipvlan.mode lxc.net.[i].ipvlan.isolation
    It 'ipvlan gives containers addresses of their own on one of the host''s: <Mode>' -Skip:$noIpvlan -ForEach @(
        @{ Mode = 'l2' }, @{ Mode = 'l3' }, @{ Mode = 'l3s' }
    ) {
        $n = 0
        foreach ($name in $one, $two) {
            $n++
            Start-Device $name @{
                type = 'ipvlan'; link = $card; 'ipvlan.mode' = $Mode; 'ipvlan.isolation' = 'bridge'; flags = 'up'
                'ipv4.address' = "10.219.7.$n/24"
            }
        }

        Invoke-LxcCommand $one cat /sys/class/net/eth0/address | Should -Be ([IO.File]::ReadAllText("/sys/class/net/$card/address").Trim())
        Test-Ping $one 10.219.7.2 | Should -BeTrue
    }

    # keys: lxc.net.[i].vlan.id
    It 'vlan puts a container into a VLAN of the link' -Skip:$noVlan {
        Start-Device $one @{ type = 'vlan'; link = $card; 'vlan.id' = '77'; flags = 'up'; 'ipv4.address' = '10.219.77.1/24' }
        ip link add link $world name "v$Unique" type vlan id 77
        ip addr add 10.219.77.2/24 dev "v$Unique"
        ip link set "v$Unique" up
        Test-Ping $one 10.219.77.2 | Should -BeTrue
        ip link del "v$Unique"
    }

    It 'phys lends an interface of the host, which comes back under its name' {
        $lent = "p$Unique"
        ip link add $lent mtu 1450 type veth peer name "q$Unique"
        Start-Device $one @{ type = 'phys'; link = $lent; name = 'card0'; flags = 'up'; mtu = '1300'; 'ipv4.address' = '10.219.9.1/24' }
        [IO.Directory]::Exists("/sys/class/net/$lent") | Should -BeFalse
        (Invoke-LxcCommand $one ip addr show card0) -join "`n" | Should -Match '(?s)mtu 1300.*10\.219\.9\.1'

        # Whatever the container calls it.
        Invoke-LxcCommand $one sh '-c' 'ip link set card0 down; ip link set card0 name mine'
        Stop-LxcContainer $one -Kill
        [IO.File]::ReadAllText("/sys/class/net/$lent/mtu").Trim() | Should -Be 1450
        (Get-Outcome { Start-LxcContainer $one -Config @{ 'lxc.net.0.type' = 'phys'; 'lxc.net.0.link' = $lent; 'lxc.init.cmd' = '/nothing' } }).Errors.Count | Should -Be 1
        [IO.Directory]::Exists("/sys/class/net/$lent") | Should -BeTrue -Because 'a start that fails gives it back too'
        ip link del $lent
    }

    # keys: lxc.net.[i].veth.mode lxc.net.[i].veth.pair
    It 'veth in router mode reaches the host without a bridge' {
        Start-Device $one @{
            type = 'veth'; 'veth.mode' = 'router'; 'veth.pair' = "r$Unique"; flags = 'up'; 'ipv4.address' = '10.219.10.2/32'; 'ipv4.gateway' = '169.254.1.1'
        }
        ip route show 10.219.10.2 | Should -Match "dev r$Unique"
        ip neigh show proxy dev "r$Unique" | Should -Match '169\.254\.1\.1'
        [IO.File]::ReadAllText("/proc/sys/net/ipv4/conf/r$Unique/forwarding").Trim() | Should -Be 1

        # The kernel answers for what it has a route to.
        ip route add 169.254.1.1/32 dev $card
        ip addr add 10.219.10.1/32 dev $card
        Test-Ping $one 10.219.10.1 | Should -BeTrue
        ip addr del 10.219.10.1/32 dev $card
        ip route del 169.254.1.1/32 dev $card
    }

    # keys: lxc.net.[i].veth.ipv4.route lxc.net.[i].veth.ipv6.route lxc.net.[i].veth.n_rxqueues lxc.net.[i].veth.n_txqueues
    It 'veth has routes of the host to networks behind it, and queues' {
        Start-Device $one @{
            type = 'veth'; link = $bridge; 'veth.pair' = "r$Unique"; flags = 'up'; 'veth.ipv4.route' = '10.219.11.0/24'
            'veth.ipv6.route' = 'fd00:219::/64'; 'veth.n_rxqueues' = '2'; 'veth.n_txqueues' = '3'
        }
        ip route show 10.219.11.0/24 | Should -Match "dev r$Unique"
        ip -6 route show fd00:219::/64 | Should -Match "dev r$Unique"
        [IO.Directory]::GetDirectories("/sys/class/net/r$Unique/queues", 'rx-*').Count | Should -Be 2
        [IO.Directory]::GetDirectories("/sys/class/net/r$Unique/queues", 'tx-*').Count | Should -Be 3
    }

    # keys: lxc.net.[i].veth.vlan.id lxc.net.[i].veth.vlan.tagged.id
    It 'veth is in the VLANs of a bridge that tells them apart' -Skip:$noFiltering {
        ip link set $bridge type bridge vlan_filtering 1
        Start-Device $one @{
            type = 'veth'; link = $bridge; 'veth.pair' = "r$Unique"; flags = 'up'; 'veth.vlan.id' = '5'; 'veth.vlan.tagged.id' = '6', '7'
        }
        $text = (bridge vlan show dev "r$Unique") -join "`n"
        $text | Should -Match '\b5 PVID Egress Untagged'
        $text | Should -Match '(?m)\s6\s*$'
        $text | Should -Match '(?m)\s7\s*$'
        $text | Should -Not -Match '\b1 PVID'
        Stop-LxcContainer $one -Kill
        ip link set $bridge type bridge vlan_filtering 0
        (Get-Refusal @{ type = 'veth'; link = $bridge; 'veth.vlan.id' = '5' }).ConfigKey | Should -Be 'lxc.net.0.veth.vlan.id'
    }

    # keys: lxc.net.[i].l2proxy
    It 'veth has its link answer for its addresses, until it stops' {
        (Get-Refusal @{ type = 'veth'; link = $bridge; l2proxy = '1'; 'ipv4.address' = '10.219.12.2/32'; flags = 'up' }).Message |
            Should -BeLike '*does not forward*'
        [IO.File]::WriteAllText("/proc/sys/net/ipv4/conf/$bridge/forwarding", '1')
        Start-Device $one @{ type = 'veth'; link = $bridge; l2proxy = '1'; 'ipv4.address' = '10.219.12.2/32'; flags = 'up' }
        ip neigh show proxy dev $bridge | Should -Match '10\.219\.12\.2'
        Stop-LxcContainer $one -Kill
        ip neigh show proxy dev $bridge | Should -BeNullOrEmpty

        # A monitor that is killed leaves it to the next start.
        Start-Device $one @{ type = 'veth'; link = $bridge; l2proxy = '1'; 'ipv4.address' = '10.219.12.2/32'; flags = 'up' }
        $monitor = Get-Monitor $one
        Stop-Process -Id $monitor.Keeper -Force
        Wait-Until { (Get-LxcContainer $one).State -eq 'Stopped' } | Should -BeTrue
        ip neigh show proxy dev $bridge | Should -Match '10\.219\.12\.2'
        Start-LxcContainer $one
        ip neigh show proxy dev $bridge | Should -BeNullOrEmpty
    }

    It 'is refused by name where the host cannot have it' {
        $refusal = Get-Refusal @{ type = 'macvlan'; link = "none$Unique" }
        $refusal.ErrorId | Should -Be NetworkFailed
        $refusal.ConfigKey | Should -Be 'lxc.net.0.link'
        (Get-Refusal @{ type = 'macvlan'; link = 'lo' }).ConfigKey | Should -Be 'lxc.net.0.type'
        (Get-Refusal @{ type = 'phys'; link = "none$Unique" }).ConfigKey | Should -Be 'lxc.net.0.link'
    }

    It 'ipvlan is refused by name where the kernel lacks it' -Skip:(-not $noIpvlan) {
        $refusal = Get-Refusal @{ type = 'ipvlan'; link = $card }
        $refusal.ErrorId | Should -Be NetworkFailed
        $refusal.ConfigKey | Should -Be 'lxc.net.0.type'
        $refusal.Advice | Should -BeLike '*ipvlan*'
    }
}

Describe 'Scripts of a network device' {
    AfterEach {
        Stop-LxcContainer $one -Kill
        foreach ($file in 'log', 'env', 'fails') {
            [IO.File]::Delete("$script.$file")
        }
    }

    # keys: lxc.net.[i].script.up lxc.net.[i].script.down
    It 'run with the arguments of LXC' {
        Start-Device $one @{ type = 'veth'; link = $bridge; 'veth.pair' = "r$Unique"; 'script.up' = "$script x"; 'script.down' = $script }
        [IO.File]::ReadAllText("$script.log").Trim() | Should -Be "x $one net up veth $bridge r$Unique"
        Stop-LxcContainer $one -Kill
        [IO.File]::ReadAllLines("$script.log")[1] | Should -Be "$one net down veth $bridge r$Unique"
    }

    It 'run with its variables under version 1' {
        Start-LxcContainer $one -Config @{
            'lxc.hook.version' = '1'; 'lxc.net.0.type' = 'veth'; 'lxc.net.0.link' = $bridge; 'lxc.net.0.veth.pair' = "r$Unique"; 'lxc.net.0.script.up' = $script
        }
        [IO.File]::ReadAllText("$script.log").Trim() | Should -BeNullOrEmpty
        $variables = [IO.File]::ReadAllText("$script.env")
        foreach ($wanted in "LXC_HOOK_TYPE='up'", "LXC_HOOK_SECTION='net'", "LXC_NET_TYPE='veth'", "LXC_NET_PARENT='$bridge'", "LXC_NET_PEER='r$Unique'", "LXC_NAME='$one'") {
            $variables | Should -BeLike "*$wanted*"
        }
    }

    It 'run for an empty network too' {
        Start-Device $one @{ type = 'empty'; 'script.up' = $script }
        [IO.File]::ReadAllText("$script.log").Trim() | Should -Be "$one net up empty"
    }

    It 'that fail keep the container from starting, with their output' {
        [IO.File]::WriteAllText("$script.fails", '')
        $refusal = Get-Refusal @{ type = 'veth'; link = $bridge; 'script.up' = $script }
        $refusal.ErrorId | Should -Be HookFailed
        $refusal.ConfigKey | Should -Be 'lxc.net.0.script.up'
        $refusal.Message | Should -BeLike '*no network today*'
    }
}

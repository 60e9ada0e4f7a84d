namespace LxcPS.Engine.Network;

/// <summary>How a network device of the configuration is made: <c>lxc.net.N.type</c>.</summary>
public enum NetworkType
{
    /// <summary>No device: with no other than these the container has the host's network.</summary>
    None,

    /// <summary>The loopback alone.</summary>
    Empty,

    /// <summary>One end of a pair, whose other end stays on the host.</summary>
    Veth,

    /// <summary>A second hardware address of an interface of the host.</summary>
    Macvlan,

    /// <summary>Second internet addresses of an interface of the host.</summary>
    Ipvlan,

    /// <summary>A VLAN of an interface of the host.</summary>
    Vlan,

    /// <summary>An interface of the host itself, which comes back when the container stops.</summary>
    Phys,
}

namespace LxcPS.Native;

/// <summary>A network interface.</summary>
/// <param name="Index">Its index in its network namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Flags">IFF_ flags, see netdevice(7).</param>
/// <param name="Mtu">The largest packet in bytes.</param>
public readonly record struct NetworkLink(int Index, string Name, uint Flags, uint Mtu)
{
    /// <summary>The interface is administratively up.</summary>
    public const uint IFF_UP = 0x1;

    /// <summary>The interface is the loopback.</summary>
    public const uint IFF_LOOPBACK = 0x8;

    /// <summary>Whether it is up.</summary>
    public bool IsUp => (Flags & IFF_UP) != 0;

    /// <summary>Whether it is the loopback.</summary>
    public bool IsLoopback => (Flags & IFF_LOOPBACK) != 0;
}

namespace LxcPS.Native;

/// <summary>Two Ethernet interfaces joined back to back, as veth(4) describes them, before they are made.</summary>
public sealed class VethPair
{
    /// <summary>The name of the end in the caller's network namespace.</summary>
    public required string Name { get; init; }

    /// <summary>The hardware address of that end, 6 bytes, or null for one that the kernel chooses.</summary>
    public byte[]? HardwareAddress { get; init; }

    /// <summary>The index of the bridge that end becomes a port of, or 0.</summary>
    public int Master { get; init; }

    /// <summary>The largest packet in bytes of both ends, or 0 for the kernel's choice.</summary>
    public uint Mtu { get; init; }

    /// <summary>The number of receive queues of both ends, or 0 for the kernel's choice.</summary>
    public uint ReceiveQueues { get; init; }

    /// <summary>The number of transmit queues of both ends, or 0 for the kernel's choice.</summary>
    public uint TransmitQueues { get; init; }

    /// <summary>The name of the other end.</summary>
    public required string PeerName { get; init; }

    /// <summary>The hardware address of the other end, or null.</summary>
    public byte[]? PeerHardwareAddress { get; init; }

    /// <summary>The process, or thread, in whose network namespace the other end is born.</summary>
    public required int PeerNamespaceOf { get; init; }
}

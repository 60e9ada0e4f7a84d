namespace LxcPS.Native;

/// <summary>An interface that is made upon another, before it is made: macvlan, ipvlan or vlan; see ip-link(8).</summary>
public sealed class LinkRequest
{
    /// <summary>Its kind as the kernel names it.</summary>
    public required string Kind { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The index of the interface below it.</summary>
    public required int Lower { get; init; }

    /// <summary>The process in whose network namespace it is born.</summary>
    public required int NamespaceOf { get; init; }

    /// <summary>Its hardware address, 6 bytes, or null for one that the kernel chooses.</summary>
    public byte[]? HardwareAddress { get; init; }

    /// <summary>The largest packet in bytes, or 0 for the kernel's choice.</summary>
    public uint Mtu { get; init; }

    /// <summary>Attributes of the kind: type and value, of 2 or 4 bytes.</summary>
    public IReadOnlyList<(ushort Type, byte[] Value)> Data { get; init; } = [];
}

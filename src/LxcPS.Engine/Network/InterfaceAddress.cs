using System.Net;

namespace LxcPS.Engine.Network;

/// <summary>An address of a running container.</summary>
/// <param name="Interface">The name of the interface in the container.</param>
/// <param name="Address">The address.</param>
/// <param name="PrefixLength">The length of the network's part in bits.</param>
public sealed record InterfaceAddress(string Interface, IPAddress Address, int PrefixLength);

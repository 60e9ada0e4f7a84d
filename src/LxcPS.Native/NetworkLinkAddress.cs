namespace LxcPS.Native;

/// <summary>An address of a network interface.</summary>
/// <param name="Index">The index of the interface.</param>
/// <param name="Address">4 or 16 bytes in network order.</param>
/// <param name="PrefixLength">The length of the network's part in bits.</param>
/// <param name="Scope">RT_SCOPE_, see rtnetlink(7): 0 is global.</param>
/// <param name="Flags">IFA_F_ flags.</param>
public readonly record struct NetworkLinkAddress(int Index, byte[] Address, int PrefixLength, byte Scope, uint Flags)
{
    /// <summary>Whether the address is good beyond the link.</summary>
    public bool IsGlobal => Scope == 0;
}

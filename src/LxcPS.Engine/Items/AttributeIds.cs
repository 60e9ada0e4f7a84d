using System.Buffers.Binary;

namespace LxcPS.Engine.Items;

/// <summary>The ids in extended attributes: in capabilities the root of the user namespace that they are for, in access lists users and groups.</summary>
internal static class AttributeIds
{
    // linux/capability.h: VFS_CAP_REVISION_2 with 20 bytes, and VFS_CAP_REVISION_3, which has the id behind them. The low bits are flags.
    private const uint RevisionMask = 0xFF000000;
    private const uint WithoutRoot = 0x02000000;
    private const uint WithRootId = 0x03000000;
    private const int SizeWithoutRoot = 20;
    private const int SizeWithRoot = 24;

    // linux/posix_acl_xattr.h: the version in four bytes, then of each entry a tag and its rights in two bytes each, and an id in four.
    private const int ListHead = 4;
    private const int EntrySize = 8;
    private const ushort UserTag = 2;
    private const ushort GroupTag = 8;

    /// <summary>The root of the user namespace that capabilities are for; null where their form is not known.</summary>
    internal static uint? RootOf(ReadOnlySpan<byte> capabilities) => capabilities.Length switch
    {
        SizeWithoutRoot when (BinaryPrimitives.ReadUInt32LittleEndian(capabilities) & RevisionMask) == WithoutRoot => 0,
        SizeWithRoot when (BinaryPrimitives.ReadUInt32LittleEndian(capabilities) & RevisionMask) == WithRootId => BinaryPrimitives.ReadUInt32LittleEndian(capabilities[SizeWithoutRoot..]),
        _ => null,
    };

    /// <summary>The same capabilities for the user namespace of another root.</summary>
    internal static byte[] WithRoot(ReadOnlySpan<byte> capabilities, uint root)
    {
        byte[] made = new byte[root == 0 ? SizeWithoutRoot : SizeWithRoot];
        capabilities[..SizeWithoutRoot].CopyTo(made);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(capabilities) & ~RevisionMask;
        BinaryPrimitives.WriteUInt32LittleEndian(made, flags | (root == 0 ? WithoutRoot : WithRootId));
        if (root != 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(made.AsSpan(SizeWithoutRoot), root);
        }

        return made;
    }

    /// <summary>An access list without the users and groups that are not kept. One that is none is left to the kernel to refuse.</summary>
    /// <param name="list">The list.</param>
    /// <param name="keeps">Told whether it is a group, and the id.</param>
    internal static byte[] Keep(byte[] list, Func<bool, uint, bool> keeps)
    {
        if (list.Length < ListHead || (list.Length - ListHead) % EntrySize != 0)
        {
            return list;
        }

        List<byte> kept = [.. list.AsSpan(0, ListHead)];
        for (int at = ListHead; at < list.Length; at += EntrySize)
        {
            ReadOnlySpan<byte> entry = list.AsSpan(at, EntrySize);
            ushort tag = BinaryPrimitives.ReadUInt16LittleEndian(entry);
            if (tag is not (UserTag or GroupTag) || keeps(tag == GroupTag, BinaryPrimitives.ReadUInt32LittleEndian(entry[4..])))
            {
                kept.AddRange(entry);
            }
        }

        return [.. kept];
    }
}

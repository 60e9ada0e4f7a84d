using LxcPS.Native;

namespace LxcPS.Engine.Items;

/// <summary>The kinds of what is copied.</summary>
internal enum ItemKind : byte
{
    /// <summary>A directory; what is in it follows, and then its end.</summary>
    Directory = 1,

    /// <summary>A file; its data follow, and then its end.</summary>
    File = 2,

    /// <summary>A symbolic link.</summary>
    SymbolicLink = 3,

    /// <summary>Another name of a file that came before.</summary>
    HardLink = 4,
}

/// <summary>One name of a copy as it travels: all that is kept of it but its data.</summary>
internal sealed class ItemEntry
{
    /// <summary>What it is.</summary>
    internal required ItemKind Kind { get; init; }

    /// <summary>The name, a single component; bytes, for it need not be UTF-8.</summary>
    internal required byte[] Name { get; init; }

    /// <summary>The permission bits.</summary>
    internal uint Mode { get; init; }

    /// <summary>The owner as the sending side sees it.</summary>
    internal uint UserId { get; init; }

    /// <summary>The group as the sending side sees it.</summary>
    internal uint GroupId { get; init; }

    /// <summary>The size of a file in bytes, which its data do not go beyond.</summary>
    internal long Size { get; init; }

    /// <summary>When it was read last.</summary>
    internal FileMoment Accessed { get; init; }

    /// <summary>When it was written last.</summary>
    internal FileMoment Modified { get; init; }

    /// <summary>The number of a file that has more names, counted from 0; -1 for one that has none.</summary>
    internal int Number { get; init; } = -1;

    /// <summary>What a symbolic link says.</summary>
    internal byte[] Target { get; init; } = [];

    /// <summary>The extended attributes of a file or directory.</summary>
    internal IReadOnlyList<ItemAttribute> Attributes { get; init; } = [];

    /// <summary>Whether the name is one that a directory can hold: what the other side sends is not believed.</summary>
    internal bool HasSafeName => Name.Length is > 0 and <= 255 && !Name.AsSpan().ContainsAny((byte)'/', (byte)0)
        && !Name.AsSpan().SequenceEqual("."u8) && !Name.AsSpan().SequenceEqual(".."u8);
}

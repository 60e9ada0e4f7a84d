namespace LxcPS.Engine.Items;

/// <summary>The frames of a copy between its two sides: a byte that tells which, four of length, and so many more.</summary>
internal enum ItemFrame : byte
{
    /// <summary>The beginning: how many were named, in eight bytes.</summary>
    Begin = 6,

    /// <summary>A name: <see cref="ItemEntry"/>.</summary>
    Entry = 1,

    /// <summary>Data of the file: eight bytes of offset, and the data. What is left out is a hole.</summary>
    Data = 2,

    /// <summary>The end of the file, with its size in eight bytes; or of the directory, with none that count.</summary>
    End = 3,

    /// <summary>The file could not be read to its end: there is to be none.</summary>
    Abandon = 4,

    /// <summary>The end of all. Without it something is missing.</summary>
    Done = 5,

    /// <summary>An extended attribute of the name that comes next: a byte of its own name's length, that name, and the value.</summary>
    Attribute = 7,
}

namespace LxcPS.Native;

/// <summary>What a copy keeps of a file; see inode(7).</summary>
/// <param name="Mode">Type and permission bits.</param>
/// <param name="UserId">The owner.</param>
/// <param name="GroupId">The group.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="FileSystem">The device that holds the file.</param>
/// <param name="Inode">The inode number.</param>
/// <param name="Links">How many names it has.</param>
/// <param name="Accessed">When it was read last.</param>
/// <param name="Modified">When it was written last.</param>
public readonly record struct FileDetails(
    uint Mode, uint UserId, uint GroupId, long Size, ulong FileSystem, ulong Inode, ulong Links, FileMoment Accessed, FileMoment Modified)
{
    /// <summary>Whether it is a directory.</summary>
    public bool IsDirectory => (Mode & 0xF000) == 0x4000;

    /// <summary>Whether it is a regular file.</summary>
    public bool IsRegular => (Mode & 0xF000) == 0x8000;

    /// <summary>Whether it is a symbolic link.</summary>
    public bool IsSymbolicLink => (Mode & 0xF000) == 0xA000;

    /// <summary>What it is, in words.</summary>
    public string Kind => (Mode & 0xF000) switch
    {
        0x1000 => "a FIFO",
        0x2000 => "a character device",
        0x4000 => "a directory",
        0x6000 => "a block device",
        0x8000 => "a file",
        0xA000 => "a symbolic link",
        0xC000 => "a socket",
        _ => "a file of an unknown kind",
    };
}

/// <summary>A time of a file, as timespec has it.</summary>
/// <param name="Seconds">Since 1970; negative before.</param>
/// <param name="Nanoseconds">0 to 999,999,999.</param>
public readonly record struct FileMoment(long Seconds, int Nanoseconds);

using System.Buffers.Binary;
using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>A name in a directory.</summary>
/// <param name="Name">The name, a single component.</param>
/// <param name="Type">DT_ value of readdir(3): 4 directory, 8 regular file, 10 symbolic link; 0 where the file system does not say.</param>
public readonly record struct DirectoryEntry(string Name, byte Type);

/// <summary>
/// Reading a tree by directory descriptors, so that nobody who can rename in the tree leads the walk elsewhere between a check and a use.
/// </summary>
public static unsafe class DirectoryTree
{
    /// <summary>DT_DIR of readdir(3).</summary>
    public const byte TypeDirectory = 4;

    /// <summary>DT_REG of readdir(3).</summary>
    public const byte TypeRegular = 8;

    /// <summary>DT_LNK of readdir(3).</summary>
    public const byte TypeSymbolicLink = 10;

    /// <summary>The names in an open directory without <c>.</c> and <c>..</c>; see getdents64(2). It reads on from the descriptor's position.</summary>
    public static List<DirectoryEntry> Read(int directory, string path)
    {
        List<DirectoryEntry> entries = [];
        byte[] buffer = new byte[32768];
        fixed (byte* start = buffer)
        {
            while (true)
            {
                int length = (int)LinuxException.Check(syscall(SystemCall.getdents64, directory, start, buffer.Length), "getdents64", path);
                if (length == 0)
                {
                    return entries;
                }

                // struct linux_dirent64: 8 bytes inode, 8 bytes offset, 2 bytes record length, 1 byte type, name.
                for (int at = 0; at < length;)
                {
                    int record = BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + 16));
                    ReadOnlySpan<byte> name = buffer.AsSpan(at + 19, record - 19);
                    name = name[..name.IndexOf((byte)0)];
                    if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    {
                        entries.Add(new DirectoryEntry(Encoding.UTF8.GetString(name), buffer[at + 18]));
                    }

                    at += record;
                }
            }
        }
    }

    /// <summary>The text of a symbolic link; see readlinkat(2).</summary>
    public static string ReadLink(int directory, string path)
    {
        byte* buffer = stackalloc byte[4096];
        fixed (byte* name = CString.Of(path, "readlink"))
        {
            long length = (long)readlinkat(directory, name, buffer, 4096);
            if (length < 0)
            {
                LinuxException.ThrowLast("readlink", path);
            }

            return Encoding.UTF8.GetString(buffer, (int)length);
        }
    }

    /// <summary>Gives an open file the access and modification times of another; see futimens(3).</summary>
    public static void CopyTimes(int source, int target, string path)
    {
        stat status;
        if (fstat(source, &status) < 0)
        {
            LinuxException.ThrowLast("fstat", path);
        }

        timespec* times = stackalloc timespec[2] { status.st_atim, status.st_mtim };
        if (futimens(target, times) < 0)
        {
            LinuxException.ThrowLast("futimens", path);
        }
    }
}

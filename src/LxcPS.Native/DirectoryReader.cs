using System.Runtime.InteropServices;
using System.Text;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>
/// The names in an open directory, by getdents64(2): without a stat of each, and as bytes, for a name need not be UTF-8. Whoever opened the
/// descriptor closes it.
/// </summary>
public sealed unsafe class DirectoryReader
{
#pragma warning disable CS1591 // The names are those of readdir(3).
    public const byte DT_UNKNOWN = 0;
    public const byte DT_DIR = 4;
    public const byte DT_LNK = 10;
#pragma warning restore CS1591

    private readonly byte[] buffer;
    private readonly int fd;
    private readonly string path;
    private int length;
    private int next;
    private int nameStart;
    private int nameLength;

    /// <summary>Begins to read.</summary>
    /// <param name="fd">The open directory.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="buffer">Where names are read into, for who reads many directories; null to make one.</param>
    public DirectoryReader(int fd, string path, byte[]? buffer = null)
    {
        this.buffer = buffer ?? new byte[32768];
        this.fd = fd;
        this.path = path;
    }

    /// <summary>The name as bytes, without a NUL.</summary>
    public ReadOnlySpan<byte> NameBytes => buffer.AsSpan(nameStart, nameLength);

    /// <summary>The name as text; null where its bytes are no UTF-8.</summary>
    public string? Name => System.Text.Unicode.Utf8.IsValid(NameBytes) ? Encoding.UTF8.GetString(NameBytes) : null;

    /// <summary>What the name is: one of the DT_ constants; <see cref="DT_UNKNOWN"/> where the file system does not tell.</summary>
    public byte Type { get; private set; }

    /// <summary>Goes to the next name; <c>.</c> and <c>..</c> are left out.</summary>
    public bool Next()
    {
        while (true)
        {
            if (next >= length && !Fill())
            {
                return false;
            }

            // struct linux_dirent64: 64-bit inode and offset, 16-bit length, the type, the name and its NUL.
            Span<byte> record = buffer.AsSpan(next);
            int size = BitConverter.ToUInt16(record[16..]);
            Type = record[18];
            nameStart = next + 19;
            nameLength = record[19..size].IndexOf((byte)0);
            next += size;
            if (!NameBytes.SequenceEqual("."u8) && !NameBytes.SequenceEqual(".."u8))
            {
                return true;
            }
        }
    }

    /// <summary>Goes back to the first name.</summary>
    public void Rewind()
    {
        Descriptors.Seek(fd, 0);
        length = next = 0;
    }

    private bool Fill()
    {
        next = 0;
        fixed (byte* start = buffer)
        {
            length = (int)(long)syscall(SystemCall.getdents64, fd, start, buffer.Length);
        }

        if (length < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            length = 0;

            // ENOENT: the directory itself has been removed meanwhile.
            return error == Errno.ENOENT ? false : throw new LinuxException("getdents64", error, path);
        }

        return length > 0;
    }
}

using System.Runtime.InteropServices;

namespace LxcPS.Native;

/// <summary>Extended attributes of open files; see xattr(7). Names are bytes, as those of files are.</summary>
public static unsafe class ExtendedAttributes
{
    /// <summary>The most bytes of a value: XATTR_SIZE_MAX of linux/limits.h.</summary>
    public const int MaximumValue = 65536;

    /// <summary>The most bytes of a name: XATTR_NAME_MAX.</summary>
    public const int MaximumName = 255;

    /// <summary>The names of those that the caller may know of; none where the file system has no such thing.</summary>
    /// <param name="fd">The file.</param>
    /// <param name="path">Its path, for the error.</param>
    /// <exception cref="LinuxException">E2BIG: their names are more than 64 kB; and what the file system answers.</exception>
    public static List<byte[]> List(int fd, string path)
    {
        // XATTR_LIST_MAX is the same number. Most files have none: only then is the room needed.
        nint length = flistxattr(fd, null, 0);
        byte[] buffer = length > 0 ? new byte[MaximumValue] : [];
        if (length > 0)
        {
            fixed (byte* list = buffer)
            {
                length = flistxattr(fd, list, MaximumValue);
            }
        }

        if (length < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            return error == Errno.EOPNOTSUPP ? [] : throw new LinuxException("flistxattr", error, path);
        }

        List<byte[]> names = [];
        for (Span<byte> rest = buffer.AsSpan(0, (int)length); rest.Length > 0;)
        {
            int end = rest.IndexOf((byte)0);
            names.Add(rest[..end].ToArray());
            rest = rest[(end + 1)..];
        }

        return names;
    }

    /// <summary>The value of one, or null where the file has none of that name.</summary>
    /// <exception cref="LinuxException">EOVERFLOW: capabilities(7) of a user namespace that the caller's does not know; and others.</exception>
    public static byte[]? TryRead(int fd, ReadOnlySpan<byte> name, string path)
    {
        byte[] value = new byte[MaximumValue];
        nint length;
        fixed (byte* text = RawNames.Terminated(name))
        fixed (byte* room = value)
        {
            length = fgetxattr(fd, text, room, MaximumValue);
        }

        if (length >= 0)
        {
            return value[..(int)length];
        }

        int error = Marshal.GetLastPInvokeError();
        return error == Errno.ENODATA ? null : throw new LinuxException("fgetxattr", error, path);
    }

    /// <summary>Gives a file one, in place of what it has of that name.</summary>
    /// <exception cref="LinuxException">
    /// EOPNOTSUPP: the file system has none of that kind. EPERM: the caller may not. ENOSPC or E2BIG: also where the disk has room, but the file
    /// none for so long a value.
    /// </exception>
    public static void Set(int fd, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, string path)
    {
        fixed (byte* text = RawNames.Terminated(name))
        fixed (byte* bytes = value)
        {
            if (fsetxattr(fd, text, bytes, (nuint)value.Length, 0) < 0)
            {
                LinuxException.ThrowLast("fsetxattr", path);
            }
        }
    }

    [DllImport("libc.so.6", SetLastError = true)]
    private static extern nint flistxattr(int fd, byte* list, nuint size);

    [DllImport("libc.so.6", SetLastError = true)]
    private static extern nint fgetxattr(int fd, byte* name, void* value, nuint size);

    [DllImport("libc.so.6", SetLastError = true)]
    private static extern int fsetxattr(int fd, byte* name, void* value, nuint size, int flags);
}

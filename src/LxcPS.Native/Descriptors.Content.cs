using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <content>Reading and writing.</content>
public static unsafe partial class Descriptors
{
    /// <summary>Reads once; 0 at the end, -1 when a non-blocking descriptor has nothing now. EINTR is retried.</summary>
    public static int Read(int fd, Span<byte> buffer, string? path = null)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                long count = (long)read(fd, start, buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                int error = Marshal.GetLastPInvokeError();
                if (error == Errno.EAGAIN)
                {
                    return -1;
                }

                if (error != Errno.EINTR)
                {
                    throw new LinuxException("read", error, path);
                }
            }
        }
    }

    /// <summary>Writes once; the number of bytes taken, -1 when a non-blocking descriptor takes nothing now. EINTR is retried.</summary>
    public static int Write(int fd, ReadOnlySpan<byte> buffer, string? path = null)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                long count = (long)write(fd, start, buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                int error = Marshal.GetLastPInvokeError();
                if (error == Errno.EAGAIN)
                {
                    return -1;
                }

                if (error != Errno.EINTR)
                {
                    throw new LinuxException("write", error, path);
                }
            }
        }
    }

    /// <summary>Writes everything to a blocking descriptor.</summary>
    public static void WriteAll(int fd, ReadOnlySpan<byte> buffer, string? path = null)
    {
        while (buffer.Length > 0)
        {
            int count = Write(fd, buffer, path);
            if (count < 0)
            {
                throw new LinuxException("write", Errno.EAGAIN, path);
            }

            buffer = buffer[count..];
        }
    }

    /// <summary>A number that /proc/self/fdinfo has of a descriptor, or 0; see proc_pid_fdinfo(5).</summary>
    /// <param name="fd">The descriptor.</param>
    /// <param name="field">The field with its colon.</param>
    public static long InfoOf(int fd, string field)
    {
        foreach (ReadOnlySpan<char> line in ReadText($"/proc/self/fdinfo/{fd}").AsSpan().EnumerateLines())
        {
            if (line.StartsWith(field, StringComparison.Ordinal))
            {
                return long.Parse(line[field.Length..], System.Globalization.CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }

    /// <summary>Opens, reads to the end and closes: for small files of proc, sysfs and cgroupfs.</summary>
    public static string ReadText(string path) => ReadTextAt(CurrentDirectory, path);

    /// <summary>The same below a directory.</summary>
    public static string ReadTextAt(int directory, string path) => ReadAllText(OpenAt(directory, path, O_RDONLY), path);

    /// <summary>
    /// The text of a small file that may be missing; null where it is, and where the caller may not read it, or not now: of a cgroup or a
    /// process that goes away, of a setting that this kernel does not have.
    /// </summary>
    /// <exception cref="LinuxException">The kernel says something else.</exception>
    public static string? TryReadText(string path)
    {
        int fd = TryOpen(path, O_RDONLY, out int error);
        if (fd < 0)
        {
            return IsUnavailable(error) ? null : throw new LinuxException("open", error, path);
        }

        try
        {
            return ReadAllText(fd, path);
        }
        catch (LinuxException e) when (IsUnavailable(e.Number))
        {
            return null;
        }

        static bool IsUnavailable(int error) => error is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP or Errno.ENODEV or Errno.ENXIO or Errno.ESRCH
            or Errno.EACCES or Errno.EPERM or Errno.EINVAL or Errno.EOPNOTSUPP;
    }

    private static string ReadAllText(int fd, string path)
    {
        try
        {
            // On the stack, which is there already: nearly all of these files fit, and fresh pages of the heap cost more than the reading.
            Span<byte> buffer = stackalloc byte[4096];
            int length = 0;
            while (true)
            {
                int count = Read(fd, buffer[length..], path);
                if (count <= 0)
                {
                    return Encoding.UTF8.GetString(buffer[..length]);
                }

                length += count;
                if (length == buffer.Length)
                {
                    byte[] larger = new byte[length * 2];
                    buffer.CopyTo(larger);
                    buffer = larger;
                }
            }
        }
        finally
        {
            Close(fd);
        }
    }

    /// <summary>Opens, writes in one call and closes, as files of proc, sysfs and cgroupfs want it.</summary>
    public static void WriteText(string path, string text) => WriteTextAt(CurrentDirectory, path, text);

    /// <summary>The same below a directory.</summary>
    public static void WriteTextAt(int directory, string path, string text)
    {
        int fd = OpenAt(directory, path, O_WRONLY);
        try
        {
            WriteAll(fd, Encoding.UTF8.GetBytes(text), path);
        }
        finally
        {
            Close(fd);
        }
    }
}

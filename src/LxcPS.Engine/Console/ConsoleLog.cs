using LxcPS.Native;

namespace LxcPS.Engine.Console;

/// <summary>The file that gets a copy of a console's output: <c>lxc.console.logfile</c>, with <c>lxc.console.size</c> and <c>lxc.console.rotate</c>.</summary>
public sealed class ConsoleLog : IDisposable
{
    private readonly int limit;
    private readonly Func<int> startOver;
    private int fd;
    private long length;

    private ConsoleLog(int fd, int limit, Func<int> startOver)
    {
        this.fd = fd;
        this.limit = limit;
        this.startOver = startOver;
        length = FileTree.Status(fd, string.Empty).Size;
    }

    /// <summary>Opens the file, which is made when missing, to write at its end.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The most bytes that it may have; 0 for no limit.</param>
    /// <param name="startOver">Does what <see cref="StartOver"/> does, for a process that may not.</param>
    /// <exception cref="LinuxException">It cannot be opened.</exception>
    public static ConsoleLog Open(string path, int limit, Func<int> startOver) => new(Open(path, OpenFlags.Append), limit, startOver);

    /// <summary>Opens the file empty.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rotates">Whether what is in it is kept as <c>.1</c>, in the place of an older one.</param>
    /// <exception cref="LinuxException">The file system refuses.</exception>
    public static int StartOver(string path, bool rotates)
    {
        if (rotates)
        {
            FileTree.Rename(Descriptors.CurrentDirectory, path, Descriptors.CurrentDirectory, path + ".1");
        }

        return Open(path, rotates ? OpenFlags.Append : OpenFlags.Append | OpenFlags.Truncate);
    }

    /// <summary>Writes output at the end; what is written at one time is not cut in two.</summary>
    /// <exception cref="LinuxException">The file system refuses.</exception>
    public void Write(ReadOnlySpan<byte> data)
    {
        if (limit > 0 && length + data.Length > limit)
        {
            int next = startOver();
            Descriptors.Close(fd);
            fd = next;
            length = 0;
        }

        Descriptors.WriteAll(fd, data);
        length += data.Length;
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptors.CloseOnce(ref fd);

    private static int Open(string path, int flags) =>
        Descriptors.Open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.NoControllingTerminal | flags, 0x180 /* 0600 */);
}

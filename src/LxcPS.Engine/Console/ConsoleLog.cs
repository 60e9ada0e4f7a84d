using LxcPS.Native;

namespace LxcPS.Engine.Console;

/// <summary>The file that gets a copy of a console's output: <c>lxc.console.logfile</c>, with <c>lxc.console.size</c> and <c>lxc.console.rotate</c>.</summary>
public sealed class ConsoleLog : IDisposable
{
    private readonly string path;
    private readonly int limit;
    private readonly bool rotates;
    private int fd = -1;
    private long length;

    private ConsoleLog(string path, int limit, bool rotates)
    {
        this.path = path;
        this.limit = limit;
        this.rotates = rotates;
    }

    /// <summary>Opens the file, which is made when missing, to write at its end.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The most bytes that it may have; 0 for no limit.</param>
    /// <param name="rotates">Whether a file that is full is kept as <c>.1</c>, in the place of an older one; otherwise it is emptied.</param>
    /// <exception cref="LinuxException">It cannot be opened.</exception>
    public static ConsoleLog Open(string path, int limit, bool rotates)
    {
        ConsoleLog log = new(path, limit, rotates);
        log.Open(OpenFlags.Append);
        log.length = FileTree.Status(log.fd, string.Empty).Size;
        return log;
    }

    /// <summary>Writes output at the end; what is written at one time is not cut in two.</summary>
    /// <exception cref="LinuxException">The file system refuses.</exception>
    public void Write(ReadOnlySpan<byte> data)
    {
        if (limit > 0 && length + data.Length > limit)
        {
            StartOver();
        }

        Descriptors.WriteAll(fd, data);
        length += data.Length;
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptors.Close(fd);

    private void StartOver()
    {
        Descriptors.Close(fd);
        fd = -1;
        if (rotates)
        {
            FileTree.Rename(Descriptors.CurrentDirectory, path, Descriptors.CurrentDirectory, path + ".1");
        }

        Open(rotates ? OpenFlags.Append : OpenFlags.Append | OpenFlags.Truncate);
        length = 0;
    }

    private void Open(int flags) =>
        fd = Descriptors.Open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.NoControllingTerminal | flags, 0x180 /* 0600 */);
}

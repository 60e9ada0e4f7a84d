using LxcPS.Native;

namespace LxcPS.Engine.Console;

/// <summary>
/// What a container's console is joined to: the terminal of a foreground start, or the device or file of <c>lxc.console.path</c>. A terminal is
/// raw meanwhile.
/// </summary>
public sealed class ConsolePeer : IDisposable
{
    private readonly int input;
    private readonly int output;
    private readonly bool isDevice;
    private readonly TerminalSettings? settings;

    private ConsolePeer(int input, int output, bool isDevice)
    {
        this.input = input;
        this.output = output;
        this.isDevice = isDevice;
        if (Descriptors.IsTerminal(input))
        {
            settings = Terminals.GetSettings(input);
            Terminals.SetRaw(input);
            Input = input;
        }
    }

    /// <summary>Where input comes from; -1 where there is none, or none any more: what is no terminal has none.</summary>
    public int Input { get; private set; } = -1;

    /// <summary>Joins standard input and output.</summary>
    public static ConsolePeer OfStandardStreams() => new(0, 1, isDevice: false);

    /// <summary>Opens a device, or a file, which is made when missing.</summary>
    /// <exception cref="LinuxException">It cannot be opened.</exception>
    public static ConsolePeer Open(string path)
    {
        // Whoever does not read a device must not hold up the monitor.
        int fd = Descriptors.Open(path, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Append | OpenFlags.NoControllingTerminal | OpenFlags.NonBlocking, 0x180 /* 0600 */);
        return new ConsolePeer(fd, fd, isDevice: true);
    }

    /// <summary>Gives the console the size of the terminal.</summary>
    public void CopySize(int master)
    {
        if (settings is not null)
        {
            (int columns, int rows) = Terminals.GetSize(input);
            Terminals.SetSize(master, columns, rows);
        }
    }

    /// <summary>Passes output on. What a device does not take, or one that has gone, is left to the console's buffer and log.</summary>
    public void Write(ReadOnlySpan<byte> data)
    {
        if (!isDevice)
        {
            Descriptors.WriteAll(output, data);
            return;
        }

        try
        {
            Descriptors.Write(output, data);
        }
        catch (LinuxException e) when (e.Number is Errno.EIO or Errno.EPIPE or Errno.ENOSPC)
        {
            // A terminal that was hung up, a pipe without a reader, a full disk: no reason for the container to end.
        }
    }

    /// <summary>Takes input; false at its end, after which there is none.</summary>
    public bool TryRead(Span<byte> buffer, out int count)
    {
        try
        {
            count = Descriptors.Read(input, buffer);
        }
        catch (LinuxException e) when (isDevice && e.Number == Errno.EIO)
        {
            count = 0;
        }

        if (count <= 0)
        {
            Input = -1;
        }

        return count > 0;
    }

    /// <summary>Gives a terminal its settings back.</summary>
    public void Dispose()
    {
        if (settings is not null)
        {
            Terminals.SetSettings(input, settings);
        }

        if (isDevice)
        {
            Descriptors.Close(input);
        }
    }
}

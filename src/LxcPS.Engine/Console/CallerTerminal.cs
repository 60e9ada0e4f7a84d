using LxcPS.Native;

namespace LxcPS.Engine.Console;

/// <summary>The caller's terminal, standard input and output, joined to the master of a pseudoterminal: raw and of one size with it, as it was before when disposed.</summary>
internal sealed class CallerTerminal : IDisposable
{
    private readonly byte[] buffer = new byte[8192];
    private readonly TerminalSettings? settings;
    private readonly int master;

    /// <summary>Joins it; where standard input is no terminal nothing is changed.</summary>
    internal CallerTerminal(int master)
    {
        this.master = master;
        if (Descriptors.IsTerminal(0))
        {
            settings = Terminals.GetSettings(0);
            Terminals.SetRaw(0);
            Resize();
        }
    }

    /// <summary>Whether standard input is a terminal.</summary>
    internal bool IsTerminal => settings is not null;

    /// <summary>Gives the master the terminal's size.</summary>
    internal void Resize()
    {
        if (settings is not null)
        {
            (int columns, int rows) = Terminals.GetSize(0);
            Terminals.SetSize(master, columns, rows);
        }
    }

    /// <summary>Passes what the master has; false when it has nothing now, or the last holder of the other side has closed it.</summary>
    internal bool PassOutput()
    {
        int count;
        try
        {
            count = Descriptors.Read(master, buffer);
        }
        catch (LinuxException e) when (e.Number == Errno.EIO)
        {
            return false;
        }

        if (count <= 0)
        {
            return false;
        }

        Descriptors.WriteAll(1, buffer.AsSpan(0, count));
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (settings is not null)
        {
            Terminals.SetSettings(0, settings);
        }
    }
}

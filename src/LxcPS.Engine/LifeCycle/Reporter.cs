using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// How a monitor talks to whoever started it, until the container runs: report lines on a descriptor, or text on standard error for
/// somebody who ran the executable by hand. A reader that has gone away is a cancellation.
/// </summary>
public sealed class Reporter(int descriptor) : IDisposable
{
    private int fd = descriptor;

    /// <summary>The descriptor to watch for a reader that goes away, or -1.</summary>
    public int Descriptor => fd;

    /// <summary>A log that is told as well, as long as it is there.</summary>
    internal MonitorLog? Log { get; set; }

    /// <summary>Tells a state and its number: the process id of a running init, the exit code of a stopped one.</summary>
    public void State(ContainerState state, int value)
    {
        if (fd >= 0)
        {
            Line(ReportLine.OfState(state, value));
        }
    }

    /// <summary>Tells what was left out.</summary>
    public void Warning(string text)
    {
        Log?.Write(LogLevel.Warn, "start", text);
        if (fd >= 0)
        {
            Line(ReportLine.OfWarning(text));
        }
        else
        {
            Descriptors.Write(2, Encoding.UTF8.GetBytes($"lxcps-monitor: warning: {text}\n"));
        }
    }

    /// <summary>Tells why the container did not start.</summary>
    public void Error(LxcException e)
    {
        Log?.Write(LogLevel.Error, e.Step ?? "start", e.Message);
        if (fd >= 0)
        {
            Line(ReportLine.OfError(e));
        }
        else
        {
            Descriptors.Write(2, Encoding.UTF8.GetBytes($"lxcps-monitor: {e.Message}{(e.Advice is null ? string.Empty : ". " + e.Advice)}\n"));
        }
    }

    /// <summary>Tells something else: a kind and its fields, see <see cref="ReportLine.OfFields"/>.</summary>
    public void Fields(string kind, params ReadOnlySpan<string> fields)
    {
        string line = ReportLine.OfFields(kind, fields);
        if (fd >= 0)
        {
            Line(line);
        }
        else
        {
            Descriptors.Write(1, Encoding.UTF8.GetBytes(line + "\n"));
        }
    }

    /// <summary>Does work of a helper's and tells why it failed; the result is the work's, or 125.</summary>
    /// <param name="work">What is done.</param>
    /// <param name="describe">Makes an error of one of the kernel's.</param>
    internal int Guard(Func<int> work, Func<LinuxException, LxcException> describe)
    {
        try
        {
            return work();
        }
        catch (LxcException e)
        {
            Error(e);
        }
        catch (LinuxException e)
        {
            Error(describe(e));
        }

        return 125;
    }

    /// <summary>Throws when the reader has gone away.</summary>
    public void ThrowIfAbandoned()
    {
        if (fd >= 0 && (Polling.Wait(fd, Readiness.None, 0) & Readiness.Error) != 0)
        {
            throw new LxcException(LxcErrorId.Canceled, "The start was canceled");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptors.CloseOnce(ref fd);

    private void Line(string text)
    {
        try
        {
            Descriptors.WriteAll(fd, Encoding.UTF8.GetBytes(text + "\n"));
        }
        catch (LinuxException e) when (e.Number == Errno.EPIPE)
        {
            // Nobody listens any more, which the start takes for a cancellation; what had to be told concerned the listener alone.
        }
    }
}

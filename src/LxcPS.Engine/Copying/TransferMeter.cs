using System.Diagnostics;
using LxcPS.Native;

namespace LxcPS.Engine.Copying;

/// <summary>
/// Measures what a program copies by the kernel's own account of it (proc_pid_io(5)), so that no file has to be looked at for it. Blocks that
/// are shared instead of copied are no bytes there.
/// </summary>
/// <param name="activity">What the program does.</param>
/// <param name="counter"><c>rchar</c> for a program that reads the files, <c>wchar</c> for one that writes them.</param>
/// <param name="report">Told of it; null where nobody asks.</param>
internal sealed class TransferMeter(string activity, string counter, Action<TransferProgress>? report)
{
    private const int Interval = 200; // milliseconds

    private readonly Stopwatch clock = Stopwatch.StartNew();
    private long told;

    /// <summary>The program.</summary>
    internal int Process { get; set; }

    /// <summary>Where what it reads has a known size: a position, and the end.</summary>
    internal Func<(long Position, long End)>? Position { get; init; }

    /// <summary>To be called from time to time while the program runs.</summary>
    internal void Tick()
    {
        long now = clock.ElapsedMilliseconds;
        if (report is null || now - told < Interval || ReadCounter() is not { } bytes)
        {
            return;
        }

        told = now;
        int percent = Position?.Invoke() is { End: > 0 } place ? (int)Math.Min(100, place.Position * 100 / place.End) : -1;
        report(new TransferProgress(activity, bytes, bytes * 1000.0 / now, percent));
    }

    // Null when the program has just ended.
    private long? ReadCounter()
    {
        try
        {
            foreach (string line in Descriptors.ReadText($"/proc/{Process}/io").Split('\n'))
            {
                if (line.StartsWith(counter + ": ", StringComparison.Ordinal) && long.TryParse(line.AsSpan(counter.Length + 2), out long bytes))
                {
                    return bytes;
                }
            }
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ESRCH or Errno.EACCES)
        {
        }

        return null;
    }
}

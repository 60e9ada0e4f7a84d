using System.Diagnostics;
using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Rootless;
using LxcPS.Native;

namespace LxcPS.Engine.Copying;

/// <summary>
/// Measures what a program copies by the kernel's own account of it (proc_pid_io(5)), so that no file has to be looked at for it. Blocks that
/// are shared instead of copied are no bytes there.
/// </summary>
/// <param name="activity">What the program does.</param>
/// <param name="counter"><c>rchar</c> for a program that reads the files, <c>wchar</c> for one that writes them.</param>
/// <param name="report">Told of it; null where nobody asks.</param>
internal sealed class TransferMeter(string activity, string counter, Action<TransferProgress>? report) : IDisposable
{
    private const int Interval = 200; // milliseconds

    private readonly Stopwatch clock = Stopwatch.StartNew();
    private long told;
    private int account = -1;

    /// <summary>The program's process, where it is told apart by that: see <see cref="IsInChild"/> and <see cref="Follow"/>.</summary>
    internal int Process { get; set; }

    /// <summary>Whether this is in a <see cref="MappedChild"/>.</summary>
    internal bool IsInChild { get; init; }

    /// <summary>Where what it reads has a known size: a position, and the end.</summary>
    internal Func<(long Position, long End)>? Position { get; init; }

    /// <summary>The command line that goes before the program's, by which it can be measured.</summary>
    /// <param name="commandLine">What it would be, or null.</param>
    internal IReadOnlyList<string>? Follow(IReadOnlyList<string>? commandLine)
    {
        if (report is null || MappedProgram.Telling(commandLine, string.Empty) is null)
        {
            return commandLine;
        }

        account = Descriptors.MemoryFile("account");
        return MappedProgram.Telling(commandLine, $"/proc/{Environment.ProcessId}/fd/{account}");
    }

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

    /// <inheritdoc/>
    public void Dispose() => Descriptors.Close(account);

    // Null before the program runs, and when it has just ended.
    private long? ReadCounter() => (IsInChild ? MappedChild.TryReadAccount() : Descriptors.TryReadText(account < 0 ? $"/proc/{Process}/io" : $"/proc/self/fd/{account}")) is { } text
        && long.TryParse(CgroupFile.ValueOf(text, counter + ":"), out long bytes) ? bytes : null;
}

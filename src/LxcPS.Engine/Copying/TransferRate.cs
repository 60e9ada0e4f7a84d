using System.Diagnostics;
using System.Globalization;

namespace LxcPS.Engine.Copying;

/// <summary>Puts into words how far a file has come, and how fast it does, since this was made.</summary>
/// <param name="begun">How much of it was there already, in bytes.</param>
internal sealed class TransferRate(long begun)
{
    private const int Interval = 200; // milliseconds

    private readonly Stopwatch clock = Stopwatch.StartNew();
    private long told = -Interval;
    private long toldBytes = -1;

    /// <summary>Tells it, where it is time to.</summary>
    /// <param name="activity">What is done.</param>
    /// <param name="bytes">How much of it is done, in bytes.</param>
    /// <param name="size">How much that will be; 0 or less where it is not known.</param>
    /// <param name="progress">Told of it, and of the part in percent, or -1.</param>
    internal void Tell(string activity, long bytes, long size, Action<string, int>? progress)
    {
        if (progress is null || (clock.ElapsedMilliseconds - told < Interval && (bytes != size || bytes == toldBytes)))
        {
            return;
        }

        told = clock.ElapsedMilliseconds;
        toldBytes = bytes;
        double second = Math.Max(0, bytes - begun) / Math.Max(0.001, clock.Elapsed.TotalSeconds);
        progress($"{activity}: {Show(bytes)}{(size > 0 ? $" of {Show(size)}" : string.Empty)}, {Show(second)}/s", size > 0 ? (int)Math.Min(100, bytes * 100 / size) : -1);
    }

    /// <summary>A number of bytes with a unit of 1024.</summary>
    internal static string Show(double bytes) => bytes switch
    {
        >= 1 << 30 => $"{(bytes / (1 << 30)).ToString("0.0", CultureInfo.InvariantCulture)} GB",
        >= 1 << 20 => $"{(bytes / (1 << 20)).ToString("0.0", CultureInfo.InvariantCulture)} MB",
        _ => $"{(bytes / (1 << 10)).ToString("0.0", CultureInfo.InvariantCulture)} KB",
    };
}

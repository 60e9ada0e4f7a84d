using System.Text;
using LxcPS.Engine.Operations;
using LxcPS.Native;

namespace LxcPS.Engine.Console;

/// <summary>
/// The session's terminal as a screen to draw on, with keys that come one by one: the terminal's alternate screen, without a cursor. Ctrl+C stays
/// a signal. The terminal is as it was when this is disposed.
/// </summary>
public sealed class TerminalScreen : IDisposable
{
    private readonly TerminalSettings settings = Terminals.GetSettings(0);

    /// <summary>Takes the terminal.</summary>
    public TerminalScreen()
    {
        Terminals.SetKeyByKey(0);
        Write("\e[?1049h\e[?25l");
    }

    /// <summary>Whether standard input and output are a terminal.</summary>
    public static bool IsThere => Descriptors.IsTerminal(0) && Descriptors.IsTerminal(1);

    /// <summary>Columns and rows, now.</summary>
    public static (int Columns, int Rows) Size => Terminals.GetSize(1);

    /// <summary>Draws lines from the top, in the place of what was there; what is wider or higher than the screen is cut.</summary>
    /// <param name="lines">The lines; they have no control characters.</param>
    /// <param name="heading">Which line is drawn inverse.</param>
    public void Draw(IReadOnlyList<string> lines, int heading)
    {
        (int columns, int rows) = Size;
        StringBuilder text = new("\e[H");
        for (int i = 0; i < lines.Count && i < rows; i++)
        {
            string line = lines[i].Length > columns ? lines[i][..columns] : lines[i];
            text.Append(i == 0 ? string.Empty : "\r\n").Append(i == heading ? "\e[7m" : string.Empty).Append(line)
                .Append(i == heading ? "\e[0m" : string.Empty);
            if (line.Length < columns)
            {
                // At the last column the cursor still stands on the last character, which this would clear.
                text.Append("\e[K");
            }
        }

        Write(text.Append("\e[J").ToString());
    }

    /// <summary>Waits for a key.</summary>
    /// <param name="wait">The longest wait.</param>
    /// <param name="stopping">Ends the wait.</param>
    /// <returns>The key, <c>q</c> when there will be none any more, or null when the time is up.</returns>
    /// <exception cref="LxcException">Canceled.</exception>
    public static char? ReadKey(TimeSpan wait, CancellationToken stopping)
    {
        using Cancellation cancellation = new(stopping);
        cancellation.ThrowIfRequested();
        if (!cancellation.Wait(0, (int)Math.Clamp(wait.TotalMilliseconds, 0, int.MaxValue)))
        {
            return null;
        }

        Span<byte> key = stackalloc byte[64];
        int count = Descriptors.Read(0, key);

        // Several bytes are a key that has no letter, an arrow for example, or were typed faster than anybody looks.
        return count switch
        {
            0 => 'q',
            < 0 => null,
            _ when key[0] == 0x1b => null,
            _ => (char)key[count - 1],
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Write("\e[?25h\e[?1049l");
        Terminals.SetSettings(0, settings);
    }

    private static void Write(string text) => Descriptors.WriteAll(1, Encoding.UTF8.GetBytes(text));
}

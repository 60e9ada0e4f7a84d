using System.Runtime.InteropServices;

namespace LxcPS.Host.Screen;

/// <summary>Keys one by one while a line is edited, and the terminal as it was found at all other times.</summary>
internal static unsafe partial class TerminalMode
{
    private const int Drain = 1;

    // Larger than any libc's termios, whose fields libc itself fills in.
    private const int Size = 128;

    private static readonly Lock Gate = new();
    private static byte[]? _saved;

    public static Scope Raw()
    {
        lock (Gate)
        {
            if (_saved is not null)
            {
                return default;
            }

            var found = new byte[Size];
            fixed (byte* mode = found)
            {
                if (GetAttributes(0, mode) == 0)
                {
                    _saved = (byte[])found.Clone();
                    MakeRaw(mode);
                    _ = SetAttributes(0, Drain, mode);
                }
            }

            return new Scope(isOwner: true);
        }
    }

    /// <summary>May be called at any time and from any thread, as when a signal ends the host.</summary>
    public static void Restore()
    {
        lock (Gate)
        {
            fixed (byte* mode = _saved)
            {
                if (mode is not null)
                {
                    Console.Out.Write("\e[?2004l");
                    _ = SetAttributes(0, Drain, mode);
                }
            }

            _saved = null;
        }
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, byte* mode);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, byte* mode);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(byte* mode);

    internal readonly struct Scope(bool isOwner) : IDisposable
    {
        public void Dispose()
        {
            if (isOwner)
            {
                Restore();
            }
        }
    }
}

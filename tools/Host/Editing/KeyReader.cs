using System.Runtime.InteropServices;
using System.Text;

namespace LxcPS.Host.Editing;

/// <summary>Decodes what the terminal sends: UTF-8, control characters, escape sequences, bracketed paste.</summary>
internal static unsafe partial class KeyReader
{
    private const int EscapeTimeout = 50;
    private const int Interrupted = 4;
    private const string PasteEnd = "\e[201~";

    public static Key Read()
    {
        var first = ReadByte();
        return first switch
        {
            -1 => new Key(KeyKind.EndOfInput),
            1 => new Key(KeyKind.Home),
            2 => new Key(KeyKind.Left),
            3 => new Key(KeyKind.Interrupt),
            4 => new Key(KeyKind.EndOfInput),
            5 => new Key(KeyKind.End),
            6 => new Key(KeyKind.Right),
            8 or 127 => new Key(KeyKind.Backspace),
            9 => new Key(KeyKind.Tab),
            10 or 13 => new Key(KeyKind.Enter),
            11 => new Key(KeyKind.KillToEnd),
            12 => new Key(KeyKind.ClearScreen),
            14 => new Key(KeyKind.Down),
            16 => new Key(KeyKind.Up),
            21 => new Key(KeyKind.KillToStart),
            23 => new Key(KeyKind.KillWord),
            27 => ReadEscape(),
            < 32 => new Key(KeyKind.Unknown),
            _ => new Key(KeyKind.Text, ReadRune((byte)first)),
        };
    }

    private static Key ReadEscape()
    {
        // A lone Escape is told from a sequence by the silence after it.
        if (!IsAvailable())
        {
            return new Key(KeyKind.Escape);
        }

        var next = ReadByte();
        if (next is not ('[' or 'O'))
        {
            return new Key(next switch
            {
                13 or 10 => KeyKind.NewLine,
                'b' => KeyKind.WordLeft,
                'f' => KeyKind.WordRight,
                127 or 8 => KeyKind.KillWord,
                _ => KeyKind.Unknown,
            });
        }

        var sequence = new StringBuilder();
        int one;
        do
        {
            one = ReadByte();
            sequence.Append((char)one);
        }
        while (one is >= 0 and (< '@' or > '~'));

        return sequence.ToString() switch
        {
            "A" => new Key(KeyKind.Up),
            "B" => new Key(KeyKind.Down),
            "C" => new Key(KeyKind.Right),
            "D" => new Key(KeyKind.Left),
            "H" or "1~" or "7~" => new Key(KeyKind.Home),
            "F" or "4~" or "8~" => new Key(KeyKind.End),
            "3~" => new Key(KeyKind.Delete),
            "Z" => new Key(KeyKind.BackTab),
            "1;5D" or "1;3D" => new Key(KeyKind.WordLeft),
            "1;5C" or "1;3C" => new Key(KeyKind.WordRight),
            "200~" => new Key(KeyKind.Paste, ReadPaste()),
            _ => new Key(KeyKind.Unknown),
        };
    }

    private static string ReadPaste()
    {
        var pasted = new StringBuilder();
        while (ReadByte() is >= 0 and var one)
        {
            pasted.Append(one == '\r' ? "\n" : ReadRune((byte)one));
            if (one == '~' && pasted.Length >= PasteEnd.Length
                && pasted.ToString(pasted.Length - PasteEnd.Length, PasteEnd.Length) == PasteEnd)
            {
                pasted.Length -= PasteEnd.Length;
                break;
            }
        }

        // Whatever else is pasted must not act on the terminal when it is shown.
        return string.Concat(pasted.ToString().Where(c => c is '\n' or '\t' || !char.IsControl(c)));
    }

    private static string ReadRune(byte first)
    {
        var length = first switch { >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC0 => 2, _ => 1 };
        Span<byte> bytes = stackalloc byte[4];
        bytes[0] = first;
        for (var i = 1; i < length; i++)
        {
            bytes[i] = (byte)ReadByte();
        }

        return Encoding.UTF8.GetString(bytes[..length]);
    }

    private static int ReadByte()
    {
        byte one;
        nint count;
        do
        {
            count = ReadDescriptor(0, &one, 1);
        }
        while (count < 0 && Marshal.GetLastPInvokeError() == Interrupted);

        return count == 1 ? one : -1;
    }

    private static bool IsAvailable()
    {
        var poll = new PollDescriptor { Descriptor = 0, Events = 1 };
        return Poll(&poll, 1, EscapeTimeout) > 0;
    }

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadDescriptor(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, int timeout);

    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}

using System.Text;

namespace LxcPS.Commands;

/// <summary>Makes lines of bytes that come in pieces; a piece may end within a line or a character.</summary>
internal sealed class LineSplitter
{
    private readonly Decoder decoder = new UTF8Encoding(false).GetDecoder();
    private readonly StringBuilder rest = new();
    private char[] characters = new char[4096];

    /// <summary>Takes a piece and gives the lines that it ends.</summary>
    internal List<string> Take(ReadOnlySpan<byte> data, bool last)
    {
        if (characters.Length < data.Length + 8)
        {
            characters = new char[data.Length + 8];
        }

        int count = decoder.GetChars(data, characters, last);
        ReadOnlySpan<char> text = characters.AsSpan(0, count);
        List<string> lines = [];
        int end;
        while ((end = text.IndexOf('\n')) >= 0)
        {
            rest.Append(text[..end]);
            text = text[(end + 1)..];
            lines.Add(TakeRest());
        }

        rest.Append(text);
        if (last && rest.Length > 0)
        {
            lines.Add(TakeRest());
        }

        return lines;
    }

    private string TakeRest()
    {
        // A program with a terminal's habits ends its lines with CR LF.
        if (rest.Length > 0 && rest[^1] == '\r')
        {
            rest.Length--;
        }

        string line = rest.ToString();
        rest.Clear();
        return line;
    }
}

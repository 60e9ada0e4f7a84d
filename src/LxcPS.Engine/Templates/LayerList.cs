using System.Text;

namespace LxcPS.Engine.Templates;

/// <summary>
/// What a listing of <c>tar --list --verbose --quoting-style=escape</c> says of a layer before it is unpacked. Names are a letter for a byte, without slashes at
/// the ends.
/// </summary>
internal sealed class LayerList
{
    private const string LinkMark = " link to ";
    private const int FieldsBeforeName = 5;

    /// <summary>The directories that the layer has entries of: others were only made on the way to a file, and say nothing of owner and mode.</summary>
    internal HashSet<string> Directories { get; } = new(StringComparer.Ordinal);

    /// <summary>What hard links lead to.</summary>
    internal HashSet<string> LinkTargets { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads a listing.</summary>
    internal static LayerList Parse(string listing)
    {
        LayerList list = new();
        foreach (string line in listing.Split('\n'))
        {
            if (line.Length == 0 || line[0] is not ('d' or 'h'))
            {
                continue;
            }

            string name = NameOf(line);
            if (line[0] == 'd')
            {
                list.Directories.Add(Plain(name));
            }
            else if (name.LastIndexOf(LinkMark, StringComparison.Ordinal) is > 0 and int mark)
            {
                // A name that has these words itself gives a target that is not there, and tar refuses the link by name.
                list.LinkTargets.Add(Plain(name[(mark + LinkMark.Length)..]));
            }
        }

        return list;
    }

    // Mode, owner, size, date and time stand before it, with blanks between that are more than one.
    private static string NameOf(string line)
    {
        int at = 0;
        for (int field = 0; field < FieldsBeforeName; field++)
        {
            while (at < line.Length && line[at] != ' ')
            {
                at++;
            }

            // One blank alone before the name, which may begin with some.
            while (at < line.Length && line[at] == ' ')
            {
                at++;
                if (field == FieldsBeforeName - 1)
                {
                    break;
                }
            }
        }

        return line[at..];
    }

    private static string Plain(string escaped)
    {
        StringBuilder name = new(escaped.Length);
        for (int i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '\\' || i + 1 == escaped.Length)
            {
                name.Append(escaped[i]);
                continue;
            }

            char next = escaped[++i];
            if (next is >= '0' and <= '7' && i + 2 < escaped.Length)
            {
                name.Append((char)(((next - '0') << 6) | ((escaped[i + 1] - '0') << 3) | (escaped[i + 2] - '0')));
                i += 2;
            }
            else
            {
                name.Append(next switch { 'a' => '\a', 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'v' => '\v', _ => next });
            }
        }

        return string.Join('/', name.ToString().Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."));
    }
}

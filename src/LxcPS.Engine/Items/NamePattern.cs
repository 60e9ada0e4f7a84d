using System.Text;

namespace LxcPS.Engine.Items;

/// <summary>
/// One component of a path with PowerShell's wildcards: <c>*</c>, <c>?</c>, <c>[a-c]</c>; a backtick takes their meaning. Case counts, as it does
/// in a container. A name that begins with a dot is not meant by a wildcard at the beginning.
/// </summary>
internal sealed class NamePattern
{
    private readonly List<Part> parts = [];

    private NamePattern()
    {
    }

    private enum PartKind
    {
        Letter,
        Any,
        All,
        Set,
    }

    /// <summary>Whether there is a wildcard in it: else it means the one name <see cref="Literal"/>.</summary>
    internal bool IsPattern => parts.Exists(part => part.Kind != PartKind.Letter);

    /// <summary>The name without what escapes its letters.</summary>
    internal string Literal => string.Concat(parts.Select(part => part.Text));

    /// <summary>Reads a component.</summary>
    internal static NamePattern Parse(string text)
    {
        NamePattern pattern = new();
        for (int i = 0; i < text.Length; i++)
        {
            int end;
            switch (text[i])
            {
                case '`' when i + 1 < text.Length:
                    pattern.parts.Add(new Part(PartKind.Letter, text[++i].ToString()));
                    break;
                case '*':
                    pattern.parts.Add(new Part(PartKind.All, "*"));
                    break;
                case '?':
                    pattern.parts.Add(new Part(PartKind.Any, "?"));
                    break;
                case '[' when (end = text.IndexOf(']', i + 1)) > i + 1:
                    pattern.parts.Add(new Part(PartKind.Set, text[(i + 1)..end]));
                    i = end;
                    break;
                default:
                    pattern.parts.Add(new Part(PartKind.Letter, text[i].ToString()));
                    break;
            }
        }

        return pattern;
    }

    /// <summary>Whether a name is meant.</summary>
    /// <param name="name">Its bytes.</param>
    /// <param name="hidden">Whether a wildcard at the beginning means names with a dot there as well.</param>
    internal bool IsMatch(ReadOnlySpan<byte> name, bool hidden)
    {
        string text = Encoding.UTF8.GetString(name);
        if (!hidden && text.StartsWith('.') && parts.Count > 0 && parts[0].Kind != PartKind.Letter)
        {
            return false;
        }

        // One way back is enough: what a later * takes, an earlier one need not.
        int part = 0;
        int at = 0;
        int star = -1;
        int starAt = 0;
        while (at < text.Length)
        {
            if (part < parts.Count && parts[part].Kind == PartKind.All)
            {
                star = part++;
                starAt = at;
            }
            else if (part < parts.Count && parts[part].Means(text[at]))
            {
                part++;
                at++;
            }
            else if (star >= 0)
            {
                part = star + 1;
                at = ++starAt;
            }
            else
            {
                return false;
            }
        }

        while (part < parts.Count && parts[part].Kind == PartKind.All)
        {
            part++;
        }

        return part == parts.Count;
    }

    private readonly record struct Part(PartKind Kind, string Text)
    {
        internal bool Means(char letter)
        {
            if (Kind != PartKind.Set)
            {
                return Kind == PartKind.Any || Text[0] == letter;
            }

            for (int i = 0; i < Text.Length; i++)
            {
                bool isRange = i + 2 < Text.Length && Text[i + 1] == '-';
                if (isRange ? letter >= Text[i] && letter <= Text[i + 2] : letter == Text[i])
                {
                    return true;
                }

                i += isRange ? 2 : 0;
            }

            return false;
        }
    }
}

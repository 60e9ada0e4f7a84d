using System.Buffers;
using System.Text;

namespace LxcPS.Engine.Images;

/// <summary>
/// The text of a template of an image (Incus, "Image format"; its language is pongo2's), as a container has it at its creation: what variables, defaults of
/// settings and comparisons make of it. Images use no more.
/// </summary>
internal sealed class TemplateText
{
    /// <summary>What stands for the container's name.</summary>
    internal const string NameMark = "{{ container.name }}";

    private static readonly SearchValues<string> Marks = SearchValues.Create(["{{", "{%", "{#"], StringComparison.Ordinal);

    private readonly IReadOnlyDictionary<string, string> properties;
    private readonly StringBuilder output = new();
    private readonly Stack<(bool IsOuter, bool WasShown)> branches = new();
    private bool isShown = true;

    private TemplateText(IReadOnlyDictionary<string, string> properties) => this.properties = properties;

    /// <summary>The text, with <see cref="NameMark"/> for the container's name.</summary>
    /// <param name="template">The template.</param>
    /// <param name="properties">Its properties.</param>
    /// <exception cref="FormatException">It uses something else; the message is what.</exception>
    internal static string Render(string template, IReadOnlyDictionary<string, string> properties)
    {
        TemplateText text = new(properties);
        text.Run(template);
        return text.output.ToString();
    }

    private void Run(string template)
    {
        // A minus at the inner side of a mark takes the blanks at its outer side away.
        bool trims = false;
        for (int position = 0; ;)
        {
            int open = template.AsSpan(position).IndexOfAny(Marks) is >= 0 and int found ? position + found : -1;
            string text = open < 0 ? template[position..] : template[position..open];
            text = trims ? text.TrimStart() : text;
            if (open >= 0 && open + 2 < template.Length && template[open + 2] == '-')
            {
                text = text.TrimEnd();
            }

            Show(text);
            if (open < 0)
            {
                break;
            }

            string mark = template[open + 1] switch { '{' => "}}", '%' => "%}", _ => "#}" };
            int end = template.IndexOf(mark, open + 2, StringComparison.Ordinal);
            if (end < 0)
            {
                throw new FormatException(template[open..Math.Min(template.Length, open + 20)]);
            }

            string inside = template[(open + 2)..end];
            trims = inside.EndsWith('-');
            inside = (trims ? inside[..^1] : inside).Trim();
            inside = inside.StartsWith('-') ? inside[1..].Trim() : inside;
            position = end + 2;
            switch (mark)
            {
                case "}}": Show(new Expression(inside, properties).Value()); break;
                case "%}": Branch(inside); break;
            }
        }

        if (branches.Count > 0)
        {
            throw new FormatException("an if without its end");
        }
    }

    private void Show(string text)
    {
        if (isShown)
        {
            output.Append(text);
        }
    }

    private void Branch(string tag)
    {
        if (tag.StartsWith("if ", StringComparison.Ordinal))
        {
            bool isTrue = new Expression(tag[3..], properties).Condition();
            branches.Push((isShown, isTrue));
            isShown &= isTrue;
        }
        else if (tag == "else" && branches.TryPop(out var branch))
        {
            branches.Push((branch.IsOuter, true));
            isShown = branch.IsOuter && !branch.WasShown;
        }
        else if (tag == "endif" && branches.TryPop(out branch))
        {
            isShown = branch.IsOuter;
        }
        else
        {
            throw new FormatException(tag);
        }
    }

    private sealed class Expression(string text, IReadOnlyDictionary<string, string> properties)
    {
        private int position;

        internal string Value()
        {
            string value = Operand();
            return position == text.Length ? value : throw new FormatException(text);
        }

        internal bool Condition()
        {
            string left = Operand();
            bool equal = Take("==");
            bool compares = equal || Take("!=");
            string right = compares ? Operand() : string.Empty;
            if (position < text.Length || left.Contains(NameMark, StringComparison.Ordinal) || right.Contains(NameMark, StringComparison.Ordinal))
            {
                throw new FormatException(text);
            }

            return left == right == equal;
        }

        private string Operand()
        {
            Skip();
            if (position < text.Length && text[position] is '"' or '\'')
            {
                int end = text.IndexOf(text[position], position + 1);
                string literal = end < 0 ? throw new FormatException(text) : text[(position + 1)..end];
                position = end + 1;
                Skip();
                return literal.Contains('\\') ? throw new FormatException(text) : literal;
            }

            int start = position;
            while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] is '.' or '_'))
            {
                position++;
            }

            string name = text[start..position];
            Skip();
            return name switch
            {
                "container.name" or "instance.name" => NameMark,
                "container.type" or "instance.type" => "container",
                "config_get" => Default(),
                _ when name.StartsWith("properties.", StringComparison.Ordinal) => properties.GetValueOrDefault(name["properties.".Length..], string.Empty),
                _ => throw new FormatException(text),
            };
        }

        // No setting is made: the second of the two is meant.
        private string Default()
        {
            if (Take("(") && Operand() is not null && Take(",") && Operand() is { } value && Take(")"))
            {
                return value;
            }

            throw new FormatException(text);
        }

        private bool Take(string word)
        {
            bool isThere = text.AsSpan(position).StartsWith(word, StringComparison.Ordinal);
            position += isThere ? word.Length : 0;
            Skip();
            return isThere;
        }

        private void Skip()
        {
            while (position < text.Length && char.IsWhiteSpace(text[position]))
            {
                position++;
            }
        }
    }
}

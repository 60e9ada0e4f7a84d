using System.Text;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace LxcPS.Help;

/// <summary>The text of a page as a terminal shows it: without marks, each paragraph one line.</summary>
internal static class PlainText
{
    /// <summary>Paragraphs, list items and code of a section; code keeps its lines.</summary>
    public static List<string> Of(string file, IEnumerable<Block> blocks)
    {
        List<string> paragraphs = [];
        foreach (Block block in blocks)
        {
            Add(file, block, paragraphs, string.Empty);
        }

        return paragraphs;
    }

    /// <summary>The text of a heading or paragraph.</summary>
    public static string Of(string file, LeafBlock block)
    {
        StringBuilder text = new();
        foreach (Inline inline in block.Inline ?? [])
        {
            Add(file, block, inline, text);
        }

        return text.ToString().Trim();
    }

    /// <summary>The lines of a code block.</summary>
    public static IEnumerable<string> LinesOf(LeafBlock block)
    {
        for (int i = 0; i < block.Lines.Count; i++)
        {
            yield return block.Lines.Lines[i].Slice.ToString();
        }
    }

    private static void Add(string file, Block block, List<string> paragraphs, string indent)
    {
        switch (block)
        {
            case ParagraphBlock paragraph:
                paragraphs.Add(indent + Of(file, paragraph));
                break;
            case CodeBlock code:
                paragraphs.Add(string.Join('\n', LinesOf(code).Select(line => $"{indent}    {line}".TrimEnd())));
                break;
            case ListBlock list:
                foreach (ListItemBlock item in list.Cast<ListItemBlock>())
                {
                    string mark = list.IsOrdered ? $"{item.Order}. " : "- ";
                    for (int i = 0; i < item.Count; i++)
                    {
                        Add(file, item[i], paragraphs, i == 0 ? indent + mark : indent + new string(' ', mark.Length));
                    }
                }

                break;
            default:
                throw new PageException(file, block.Line + 1, $"a {block.GetType().Name} is more than the help system can show: use paragraphs, lists and code");
        }
    }

    private static void Add(string file, Block block, Inline inline, StringBuilder text)
    {
        switch (inline)
        {
            case LiteralInline literal:
                text.Append(literal.Content.AsSpan());
                break;
            case CodeInline code:
                text.Append(code.Content);
                break;
            case LineBreakInline:
                text.Append(' ');
                break;
            case HtmlEntityInline entity:
                text.Append(entity.Transcoded.AsSpan());
                break;
            case AutolinkInline link:
                text.Append(link.Url);
                break;
            case LinkInline link when !link.IsImage:
                foreach (Inline child in link)
                {
                    Add(file, block, child, text);
                }

                // A link to another page is a name that Get-Help knows; elsewhere the address is what is of use.
                if (Uri.TryCreate(link.Url, UriKind.Absolute, out Uri? uri) && !uri.IsFile)
                {
                    text.Append($" ({link.Url})");
                }

                break;
            case EmphasisInline emphasis:
                foreach (Inline child in emphasis)
                {
                    Add(file, block, child, text);
                }

                break;
            default:
                throw new PageException(file, block.Line + 1, $"a {inline.GetType().Name} is more than the help system can show");
        }
    }
}

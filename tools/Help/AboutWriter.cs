using System.Text;

namespace LxcPS.Help;

/// <summary>Writes an about_ page as the text file that Get-Help shows: 80 columns, text indented below its headings.</summary>
internal static class AboutWriter
{
    private const int Width = 80;
    private const string Indent = "    ";

    /// <summary>The sections that Get-Help looks for, or that readers expect.</summary>
    private static readonly string[] Required = ["SHORT DESCRIPTION", "LONG DESCRIPTION", "EXAMPLES", "SEE ALSO"];

    public static string TextOf(Page page)
    {
        string topic = Path.GetFileNameWithoutExtension(page.File);
        if (page.Sections is not [{ Level: 1 } first, { Level: 2 } second, ..] || second.Title != topic)
        {
            throw new PageException(page.File, page.Sections[0].Line, $"an about page begins with '# title' and '## {topic}'");
        }

        first.RequireNothing();
        second.RequireNothing();
        int found = 0;
        StringBuilder text = new();
        text.Append("TOPIC\n").Append(Indent).Append(topic).Append("\n\n");
        foreach (PageSection section in page.Sections.Skip(2))
        {
            if (section.Level == 1)
            {
                if (found == Required.Length || section.Title != Required[found])
                {
                    throw new PageException(page.File, section.Line, found == Required.Length ? $"'{section.Title}' comes after the last section"
                        : $"'{section.Title}' is here, where '{Required[found]}' belongs");
                }

                found++;
            }

            text.Append(section.Level == 1 ? section.Title.ToUpperInvariant() : section.Title).Append('\n');
            AddText(text, section);
        }

        return found == Required.Length ? text.ToString().TrimEnd('\n') + "\n"
            : throw new PageException(page.File, page.Sections[^1].Line, $"the section '{Required[found]}' is missing");
    }

    private static void AddText(StringBuilder text, PageSection section)
    {
        List<string> paragraphs = PlainText.Of(section.File, section.Blocks);
        for (int i = 0; i < paragraphs.Count; i++)
        {
            foreach (string line in paragraphs[i].Split('\n'))
            {
                // Code keeps its lines, whatever their length.
                if (line.StartsWith(Indent, StringComparison.Ordinal))
                {
                    text.Append(Indent).Append(line.AsSpan(Indent.Length)).Append('\n');
                }
                else
                {
                    AddWrapped(text, line);
                }
            }

            bool together = i + 1 < paragraphs.Count && IsItem(paragraphs[i]) && IsItem(paragraphs[i + 1]);
            if (!together)
            {
                text.Append('\n');
            }
        }

        if (paragraphs.Count == 0)
        {
            text.Append('\n');
        }
    }

    private static bool IsItem(string paragraph) => paragraph.StartsWith("- ", StringComparison.Ordinal);

    private static void AddWrapped(StringBuilder text, string paragraph)
    {
        string hanging = IsItem(paragraph) ? Indent + "  " : Indent;
        string line = Indent;
        foreach (string word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Trim().Length > 0 && line.Length + word.Length > Width)
            {
                text.Append(line.TrimEnd()).Append('\n');
                line = hanging;
            }

            line += word + " ";
        }

        text.Append(line.TrimEnd()).Append('\n');
    }
}

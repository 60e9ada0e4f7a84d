using Markdig;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;

namespace LxcPS.Help;

/// <summary>A parsed file: front matter, and the blocks below each heading.</summary>
internal sealed class Page
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UseYamlFrontMatter().Build();

    private Page(string file, FlatYaml? header, IReadOnlyList<PageSection> sections)
    {
        File = file;
        Header = header;
        Sections = sections;
    }

    public string File { get; }

    /// <summary>The front matter; null where there is none.</summary>
    public FlatYaml? Header { get; }

    /// <summary>The sections in the order of the file, whatever their level.</summary>
    public IReadOnlyList<PageSection> Sections { get; }

    public static Page Read(string file)
    {
        string text = System.IO.File.ReadAllText(file);
        int line = 0;
        foreach (string row in text.Split('\n'))
        {
            line++;
            if (row.Contains("{{", StringComparison.Ordinal))
            {
                throw new PageException(file, line, "a placeholder is left");
            }

            if (row.Contains('\t'))
            {
                throw new PageException(file, line, "a tab is shown in a different width by every terminal: use blanks");
            }
        }

        FlatYaml? header = null;
        List<PageSection> sections = [];
        foreach (Block block in Markdown.Parse(text, Pipeline))
        {
            switch (block)
            {
                case YamlFrontMatterBlock front:
                    header = new FlatYaml(file, front.Line + 1, PlainText.LinesOf(front));
                    break;
                case HeadingBlock heading:
                    sections.Add(new PageSection(file, heading.Level, PlainText.Of(file, heading), heading.Line + 1));
                    break;
                case LinkReferenceDefinitionGroup:
                    break;
                default:
                    if (sections.Count == 0)
                    {
                        throw new PageException(file, block.Line + 1, "text comes before the first heading");
                    }

                    sections[^1].Blocks.Add(block);
                    break;
            }
        }

        return sections.Count > 0 ? new Page(file, header, sections) : throw new PageException(file, 1, "the page has no heading");
    }

    /// <summary>Refuses front matter that has not these keys with these values; null allows any value.</summary>
    public void RequireHeader(params (string Key, string? Value)[] expected)
    {
        FlatYaml header = Header ?? throw new PageException(File, 1, "the front matter is missing");
        header.RequireKeys([.. expected.Select(pair => pair.Key)]);
        foreach ((string key, string? value) in expected)
        {
            header.OneOf(key, found => value is null || found == value, $"'{value}'");
        }
    }
}

/// <summary>A heading and what is below it, up to the next heading of any level.</summary>
internal sealed record PageSection(string File, int Level, string Title, int Line)
{
    public List<Block> Blocks { get; } = [];

    /// <summary>The text; refuses an empty one.</summary>
    public List<string> RequireText()
    {
        List<string> text = PlainText.Of(File, Blocks);
        return text.Count > 0 ? text : throw new PageException(File, Line, $"there is nothing below '{Title}'");
    }

    /// <summary>Refuses text between this heading and the next.</summary>
    public void RequireNothing()
    {
        if (Blocks.Count > 0)
        {
            throw new PageException(File, Blocks[0].Line + 1, $"the schema has no text directly below '{Title}'");
        }
    }
}

using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace LxcPS.Help;

/// <summary>Reads a cmdlet's page by the grammar of platyPS's schema 2.0.0, as strictly as the most careful reader of it.</summary>
internal sealed class CommandPageReader
{
    private const string CommonParameters = "CommonParameters";

    private static readonly string[] Order =
        ["SYNOPSIS", "SYNTAX", "DESCRIPTION", "EXAMPLES", "PARAMETERS", "INPUTS", "OUTPUTS", "NOTES", "RELATED LINKS"];

    private readonly Page page;
    private readonly Dictionary<string, (PageSection Head, List<PageSection> Parts)> sections = [];

    private CommandPageReader(Page page) => this.page = page;

    /// <summary>Reads a page whose front matter has been checked.</summary>
    public static CommandPage Read(Page page) => new CommandPageReader(page).Read();

    private CommandPage Read()
    {
        string name = page.Sections[0].Title;
        string expected = Path.GetFileNameWithoutExtension(page.File);
        if (page.Sections[0].Level != 1 || name != expected)
        {
            throw Broken(page.Sections[0], $"the first heading must be '# {expected}', the name of the file");
        }

        page.Sections[0].RequireNothing();
        Gather();
        IReadOnlyList<string> sets = ReadSets(name);
        IReadOnlyList<string> synopsis = Section("SYNOPSIS").RequireText();
        if (synopsis.Count != 1)
        {
            throw Broken(Section("SYNOPSIS"), "the synopsis is one paragraph");
        }

        return new CommandPage
        {
            File = page.File,
            Name = name,
            Synopsis = synopsis[0],
            Description = Section("DESCRIPTION").RequireText(),
            Sets = sets,
            Examples = ReadExamples(),
            Parameters = ReadParameters(sets),
            Inputs = ReadTypes("INPUTS"),
            Outputs = ReadTypes("OUTPUTS"),
            Notes = PlainText.Of(page.File, Section("NOTES").Blocks),
            Links = ReadLinks(),
        };
    }

    private void Gather()
    {
        List<PageSection>? parts = null;
        foreach (PageSection section in page.Sections.Skip(1))
        {
            if (section.Level == 2)
            {
                if (sections.Count == Order.Length || section.Title != Order[sections.Count])
                {
                    throw Broken(section, sections.Count == Order.Length ? $"'{section.Title}' comes after the last section"
                        : $"'{section.Title}' is here, where the schema has '{Order[sections.Count]}'");
                }

                sections.Add(section.Title, (section, parts = []));
            }
            else if (section.Level == 3 && parts is not null)
            {
                parts.Add(section);
            }
            else
            {
                throw Broken(section, $"a heading of level {section.Level} has no place here");
            }
        }

        if (sections.Count < Order.Length)
        {
            throw new PageException(page.File, page.Sections[^1].Line, $"the section '{Order[sections.Count]}' is missing");
        }

        foreach (string simple in (ReadOnlySpan<string>)["SYNOPSIS", "DESCRIPTION", "NOTES", "RELATED LINKS"])
        {
            if (sections[simple].Parts.Count > 0)
            {
                throw Broken(sections[simple].Parts[0], $"'{simple}' has no headings below it");
            }
        }
    }

    private List<string> ReadSets(string name)
    {
        List<PageSection> parts = sections["SYNTAX"].Parts;
        List<string> sets = [];
        foreach (PageSection part in parts.Count == 0 ? [Section("SYNTAX")] : parts)
        {
            if (part.Blocks is not [FencedCodeBlock { Info: "" or null } code] || !PlainText.LinesOf(code).First().StartsWith(name, StringComparison.Ordinal))
            {
                throw Broken(part, $"a syntax is one code block that begins with {name}");
            }

            if (parts.Count > 0)
            {
                const string Default = " (Default)";
                bool isDefault = part.Title.EndsWith(Default, StringComparison.Ordinal);
                if (isDefault != (sets.Count == 0))
                {
                    throw Broken(part, "the default set comes first, and no other is marked '(Default)'");
                }

                sets.Add(isDefault ? part.Title[..^Default.Length] : part.Title);
            }
        }

        if (parts.Count > 0)
        {
            Section("SYNTAX").RequireNothing();
        }

        return sets;
    }

    private List<ExampleEntry> ReadExamples()
    {
        Section("EXAMPLES").RequireNothing();
        List<ExampleEntry> examples = [];
        foreach (PageSection part in sections["EXAMPLES"].Parts)
        {
            List<string> code = [];
            List<Block> text = [];
            foreach (Block block in part.Blocks)
            {
                if (block is FencedCodeBlock fenced)
                {
                    // platyPS takes text, then code, then text.
                    if (fenced.Info != "powershell" || (code.Count > 0 && part.Blocks[part.Blocks.IndexOf(block) - 1] is not FencedCodeBlock))
                    {
                        throw new PageException(page.File, block.Line + 1, "the code of an example is marked powershell, and its blocks follow each other");
                    }

                    code.Add(string.Join('\n', PlainText.LinesOf(fenced)));
                }
                else
                {
                    text.Add(block);
                }
            }

            if (code.Count == 0 || text.Count == 0)
            {
                throw Broken(part, "an example has code, and text that says what it does");
            }

            examples.Add(new ExampleEntry(part.Title, code, PlainText.Of(page.File, text)));
        }

        return examples.Count > 0 ? examples : throw Broken(Section("EXAMPLES"), "there is no example");
    }

    private List<ParameterEntry> ReadParameters(IReadOnlyList<string> sets)
    {
        Section("PARAMETERS").RequireNothing();
        List<PageSection> parts = sections["PARAMETERS"].Parts;
        List<ParameterEntry> parameters = [];
        foreach (PageSection part in parts)
        {
            if (part.Title == CommonParameters)
            {
                part.RequireText();
                if (part != parts[^1])
                {
                    throw Broken(part, $"'{CommonParameters}' comes last");
                }

                return parameters;
            }

            ParameterEntry parameter = ReadParameter(part, sets);
            if (parameters.Count > 0 && Compare(parameters[^1].Name, parameter.Name) >= 0)
            {
                throw Broken(part, $"-{parameter.Name} comes before -{parameters[^1].Name}: the order is alphabetical, with -Confirm and -WhatIf last");
            }

            parameters.Add(parameter);
        }

        throw Broken(Section("PARAMETERS"), $"'### {CommonParameters}' is missing");
    }

    private static int Compare(string left, string right)
    {
        bool last = left is "Confirm" or "WhatIf";
        return last != right is "Confirm" or "WhatIf" ? (last ? 1 : -1) : string.Compare(left, right, StringComparison.OrdinalIgnoreCase);
    }

    private ParameterEntry ReadParameter(PageSection part, IReadOnlyList<string> sets)
    {
        if (part.Title.Length < 2 || part.Title[0] != '-')
        {
            throw Broken(part, $"'{part.Title}' is no parameter: it begins with a dash");
        }

        int count = part.Blocks.TakeWhile(block => block is not FencedCodeBlock { Info: "yaml" }).Count();
        List<string> description = PlainText.Of(page.File, part.Blocks.Take(count));
        if (description.Count == 0)
        {
            throw Broken(part, $"{part.Title} is not described");
        }

        List<ParameterFacts> facts = [];
        foreach (Block block in part.Blocks.Skip(count))
        {
            ParameterFacts read = block is FencedCodeBlock { Info: "yaml" } code
                ? ParameterFacts.Read(page.File, new FlatYaml(page.File, code.Line + 1, PlainText.LinesOf(code)))
                : throw new PageException(page.File, block.Line + 1, "nothing comes after the yaml blocks of a parameter");
            foreach (string set in read.Sets)
            {
                if (set != ParameterFacts.AllSets && !sets.Contains(set))
                {
                    throw new PageException(page.File, block.Line + 1, $"SYNTAX has no parameter set '{set}'");
                }
            }

            facts.Add(read);
        }

        return facts.Count > 0 ? new ParameterEntry(part.Title[1..], description, facts) : throw Broken(part, "the yaml block is missing");
    }

    private List<TypeEntry> ReadTypes(string section)
    {
        Section(section).RequireNothing();
        List<TypeEntry> types = [];
        foreach (PageSection part in sections[section].Parts)
        {
            types.Add(new TypeEntry(part.Title, part.RequireText()));
        }

        return types.Count > 0 ? types : throw Broken(Section(section), "name the types, or None");
    }

    private List<LinkEntry> ReadLinks()
    {
        List<LinkEntry> links = [];
        foreach (Block block in Section("RELATED LINKS").Blocks)
        {
            if (block is not ParagraphBlock { Inline: { FirstChild: LinkInline { Url.Length: > 0 } link } inline } || inline.LastChild != link)
            {
                throw new PageException(page.File, block.Line + 1, "a related link is [text](address), alone in its paragraph");
            }

            string url = link.Url!;
            bool isPage = url.EndsWith(".md", StringComparison.Ordinal) && !url.Contains('/');
            if (isPage ? !File.Exists(Path.Combine(Path.GetDirectoryName(page.File)!, url)) : !Uri.TryCreate(url, UriKind.Absolute, out _))
            {
                throw new PageException(page.File, block.Line + 1, $"'{url}' leads nowhere");
            }

            links.Add(new LinkEntry(string.Concat(link.Select(child => child.ToString())), isPage ? string.Empty : url));
        }

        return links;
    }

    private PageSection Section(string title) => sections[title].Head;

    private PageException Broken(PageSection section, string message) => new(page.File, section.Line, message);
}

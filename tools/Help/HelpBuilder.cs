using System.Text;

namespace LxcPS.Help;

/// <summary>Builds the help files of a directory of pages.</summary>
internal static class HelpBuilder
{
    private const string AboutPrefix = "about_";

    /// <summary>Reads all pages before anything is written: a broken page leaves the old files as they were.</summary>
    public static void Build(string directory, string target)
    {
        string helpFile = Path.GetFileName(target);
        string module = helpFile.Split('.')[0];
        List<CommandPage> commands = [];
        List<(string Path, string Text)> topics = [];
        Page? modulePage = null;
        foreach (string file in Directory.GetFiles(directory, "*.md").Order(StringComparer.Ordinal))
        {
            Page page = Page.Read(file);
            string name = Path.GetFileNameWithoutExtension(file);
            if (name.StartsWith(AboutPrefix, StringComparison.Ordinal))
            {
                topics.Add((Path.Combine(Path.GetDirectoryName(target)!, name + ".help.txt"), AboutWriter.TextOf(page)));
            }
            else if (name == module)
            {
                modulePage = page;
            }
            else
            {
                page.RequireHeader(("external help file", helpFile), ("Locale", "en-US"), ("Module Name", module), ("ms.date", null), ("online version", null),
                    ("schema", "2.0.0"), ("title", Path.GetFileNameWithoutExtension(page.File)));
                commands.Add(CommandPageReader.Read(page));
            }
        }

        if (commands.Count == 0)
        {
            throw new PageException(directory, 1, "there is no page of a cmdlet");
        }

        CheckModulePage(modulePage ?? throw new PageException(directory, 1, $"the module page {module}.md is missing"), module, commands);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        MamlWriter.Write(commands, target);
        foreach ((string path, string text) in topics)
        {
            File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
    }

    /// <summary>The module page lists each cmdlet with the synopsis of its page, in order.</summary>
    private static void CheckModulePage(Page page, string module, IReadOnlyList<CommandPage> commands)
    {
        page.RequireHeader(("Module Name", module), ("Module Guid", null), ("Download Help Link", null), ("Help Version", null), ("Locale", "en-US"));
        if (page.Sections is not [{ Level: 1 } title, { Level: 2, Title: "Description" } description, { Level: 2 } list, ..]
            || title.Title != $"{module} Module" || list.Title != $"{module} Cmdlets")
        {
            throw new PageException(page.File, page.Sections[0].Line, $"a module page is '# {module} Module', '## Description', '## {module} Cmdlets'");
        }

        title.RequireNothing();
        list.RequireNothing();
        description.RequireText();
        List<PageSection> entries = [.. page.Sections.Skip(3)];
        for (int i = 0; i < Math.Max(entries.Count, commands.Count); i++)
        {
            if (i >= entries.Count || i >= commands.Count || entries[i].Title != commands[i].Name || entries[i].Level != 3)
            {
                throw new PageException(page.File, i < entries.Count ? entries[i].Line : list.Line, i < commands.Count
                    ? $"'### [{commands[i].Name}]({commands[i].Name}.md)' belongs here" : $"'{entries[i].Title}' has no page");
            }

            IReadOnlyList<string> text = entries[i].RequireText();
            if (text.Count != 1 || text[0] != commands[i].Synopsis)
            {
                throw new PageException(page.File, entries[i].Line, $"{commands[i].Name} is described by another text than its synopsis");
            }
        }
    }
}

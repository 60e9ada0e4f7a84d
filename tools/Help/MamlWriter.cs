using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace LxcPS.Help;

/// <summary>Writes pages as MAML, element by element as platyPS's New-ExternalHelp does.</summary>
internal static class MamlWriter
{
    private const int TitleWidth = 64;

    private static readonly XNamespace Msh = "http://msh";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";
    private static readonly XNamespace MsHelp = "http://msdn.microsoft.com/mshelp";

    public static void Write(IEnumerable<CommandPage> pages, string target)
    {
        XDocument document = new(new XElement(Msh + "helpItems", new XAttribute("schema", "maml"), pages.Select(CommandOf)));
        using XmlWriter writer = XmlWriter.Create(target, new XmlWriterSettings
        {
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            Indent = true,
            NewLineChars = "\n",
        });
        document.Save(writer);
    }

    private static XElement CommandOf(CommandPage page)
    {
        int dash = page.Name.IndexOf('-');
        return new XElement(Command + "command",
            new XAttribute(XNamespace.Xmlns + "maml", Maml),
            new XAttribute(XNamespace.Xmlns + "command", Command),
            new XAttribute(XNamespace.Xmlns + "dev", Dev),
            new XAttribute(XNamespace.Xmlns + "MSHelp", MsHelp),
            new XElement(Command + "details",
                new XElement(Command + "name", page.Name),
                new XElement(Command + "verb", page.Name[..dash]),
                new XElement(Command + "noun", page.Name[(dash + 1)..]),
                new XElement(Maml + "description", Paragraphs([page.Synopsis]))),
            new XElement(Maml + "description", Paragraphs(page.Description)),
            new XElement(Command + "syntax", (page.Sets.Count == 0 ? [string.Empty] : page.Sets).Select(set => SyntaxOf(page, set))),
            new XElement(Command + "parameters", page.Parameters.Select(parameter => ParameterOf(parameter, parameter.Facts[0], isSyntax: false))),
            new XElement(Command + "inputTypes", page.Inputs.Select(type => TypeOf("inputType", type))),
            new XElement(Command + "returnValues", page.Outputs.Select(type => TypeOf("returnValue", type))),
            new XElement(Maml + "alertSet", new XElement(Maml + "alert", Paragraphs(page.Notes))),
            new XElement(Command + "examples", page.Examples.Select(ExampleOf)),
            new XElement(Command + "relatedLinks", page.Links.Select(link => new XElement(Maml + "navigationLink",
                new XElement(Maml + "linkText", link.Text),
                new XElement(Maml + "uri", link.Uri)))));
    }

    private static XElement SyntaxOf(CommandPage page, string set) => new(Command + "syntaxItem",
        new XElement(Maml + "name", page.Name),
        page.Parameters
            .SelectMany(parameter => parameter.Facts.Where(facts => facts.IsIn(set)).Take(1), (parameter, facts) => (parameter, facts))
            .OrderBy(pair => pair.facts.Position, StringComparer.Ordinal)
            .Select(pair => ParameterOf(pair.parameter, pair.facts, isSyntax: true)));

    private static XElement ParameterOf(ParameterEntry parameter, ParameterFacts facts, bool isSyntax) => new(Command + "parameter",
        new XAttribute("required", facts.IsRequired),
        new XAttribute("variableLength", true),
        new XAttribute("globbing", facts.AcceptsWildcards),
        new XAttribute("pipelineInput", facts.PipelineInput),
        new XAttribute("position", facts.Position.ToLowerInvariant()),
        new XAttribute("aliases", facts.Aliases.Count > 0 ? string.Join(", ", facts.Aliases) : "none"),
        new XElement(Maml + "name", parameter.Name),
        new XElement(Maml + "description", Paragraphs(parameter.Description)),
        isSyntax && facts.AcceptedValues.Count > 0
            ? new XElement(Command + "parameterValueGroup", facts.AcceptedValues.Select(value => new XElement(Command + "parameterValue",
                new XAttribute("required", false), new XAttribute(Command + "variableLength", false), value)))
            : null,

        // In a syntax a switch stands alone.
        isSyntax && facts.IsSwitch ? null : new XElement(Command + "parameterValue",
            new XAttribute("required", !facts.IsSwitch), new XAttribute("variableLength", false), facts.Type),
        new XElement(Dev + "type", new XElement(Maml + "name", facts.Type), new XElement(Maml + "uri")),
        new XElement(Dev + "defaultValue", facts.IsSwitch && facts.DefaultValue == "None" ? "False" : facts.DefaultValue));

    private static XElement TypeOf(string element, TypeEntry type) => new(Command + element,
        new XElement(Dev + "type", new XElement(Maml + "name", type.Name)),
        new XElement(Maml + "description", Paragraphs(type.Description)));

    private static XElement ExampleOf(ExampleEntry example) => new(Command + "example",
        new XElement(Maml + "title", Padded(example.Title)),
        new XElement(Dev + "code", string.Join("\n\n", example.Code)),
        new XElement(Dev + "remarks", Paragraphs(example.Remarks)));

    // Get-Help writes a paragraph a line: an empty one is the blank line between two. Items of a list stay together.
    private static IEnumerable<XElement> Paragraphs(IReadOnlyList<string> paragraphs)
    {
        for (int i = 0; i < paragraphs.Count; i++)
        {
            if (i > 0 && !(IsItem(paragraphs[i]) && IsItem(paragraphs[i - 1])))
            {
                yield return new XElement(Maml + "para");
            }

            // The lines of code are paragraphs too, or they would run into one.
            foreach (string line in paragraphs[i].Split('\n'))
            {
                yield return new XElement(Maml + "para", line);
            }
        }
    }

    private static bool IsItem(string paragraph) => paragraph.StartsWith("- ", StringComparison.Ordinal);

    private static string Padded(string title)
    {
        if (title.Length >= TitleWidth - 2)
        {
            return title;
        }

        string dashes = new('-', (TitleWidth - title.Length - 2) / 2);
        return $"{dashes} {title} {dashes}";
    }
}

using System.Xml.Linq;
using LxcPS.Help;
using Xunit;

namespace LxcPS.Tests.Help;

public class HelpBuilderTests
{
    private const string Command = """
        ---
        external help file: Box.dll-Help.xml
        Locale: en-US
        Module Name: Box
        ms.date: 11/29/2026
        online version:
        schema: 2.0.0
        title: Get-Box
        ---

        # Get-Box

        ## SYNOPSIS

        Gets boxes.

        ## SYNTAX

        ### Name (Default)

        ```
        Get-Box [-Name] <String[]> [-All] [<CommonParameters>]
        ```

        ### Id

        ```
        Get-Box -Id <Int32> [-All] [<CommonParameters>]
        ```

        ## DESCRIPTION

        The first paragraph, with `code` and a
        second line.

        - an item

        - another

        ## EXAMPLES

        ### Example 1: One box

        ```powershell
        Get-Box red
        ```

        It is red.

        ## PARAMETERS

        ### -All

        Also hidden ones.

        ```yaml
        Type: SwitchParameter
        Parameter Sets: (All)
        Aliases:

        Required: False
        Position: Named
        Default value: False
        Accept pipeline input: False
        Accept wildcard characters: False
        ```

        ### -Id

        The number.

        ```yaml
        Type: Int32
        Parameter Sets: Id
        Aliases:

        Required: True
        Position: Named
        Default value: None
        Accept pipeline input: False
        Accept wildcard characters: False
        ```

        ### -Name

        The name.

        ```yaml
        Type: String[]
        Parameter Sets: Name
        Aliases: BoxName, Label

        Required: True
        Position: 0
        Default value: None
        Accept pipeline input: True (ByPropertyName, ByValue)
        Accept wildcard characters: True
        ```

        ### CommonParameters

        The usual ones.

        ## INPUTS

        ### System.String[]

        Names.

        ## OUTPUTS

        ### Box

        Boxes.

        ## NOTES

        ## RELATED LINKS

        [elsewhere](https://example.org/box)

        """;

    private const string Module = """
        ---
        Module Name: Box
        Module Guid: 5f0b7c9e-3a52-4f0e-9d6b-8f5a1c2e7d40
        Download Help Link:
        Help Version: 1.0.0.0
        Locale: en-US
        ---

        # Box Module

        ## Description

        Boxes.

        ## Box Cmdlets

        ### [Get-Box](Get-Box.md)

        Gets boxes.

        """;

    [Fact]
    public void APageBecomesTheHelpOfItsCmdlet()
    {
        using TemporaryDirectory directory = new();
        XElement command = XDocument.Load(Build(directory, Command)).Root!.Elements().Single();

        string Of(string path) => string.Join('|', path.Split('/').Aggregate<string, IEnumerable<XElement>>([command],
            (elements, name) => elements.Elements().Where(element => element.Name.LocalName == name)).Select(element => element.Value));

        Assert.Equal("Get-Box|Get|Box|Gets boxes.", $"{Of("details/name")}|{Of("details/verb")}|{Of("details/noun")}|{Of("details/description/para")}");
        Assert.Equal("The first paragraph, with code and a second line.||- an item|- another", Of("description/para"));
        Assert.Equal("Name|All|All|Id", Of("syntax/syntaxItem/parameter/name"));
        Assert.Equal("All|Id|Name", Of("parameters/parameter/name"));
        Assert.Equal("Get-Box red", Of("examples/example/code"));
        Assert.Equal("https://example.org/box", Of("relatedLinks/navigationLink/uri"));
        XElement name = command.Descendants().Last(element => element.Name.LocalName == "parameter");
        Assert.Equal("required=true variableLength=true globbing=true pipelineInput=True (ByPropertyName, ByValue) position=0 aliases=BoxName, Label",
            string.Join(' ', name.Attributes().Select(attribute => $"{attribute.Name}={attribute.Value}")));
    }

    // What is replaced by what, the line that the error names, and a part of its message.
    [Theory]
    [InlineData("schema: 2.0.0", "schema: 1.0.0", "schema: 1.0.0", "must be '2.0.0'")]
    [InlineData("title: Get-Box", "title: Get-Crate", "title: Get-Crate", "must be 'Get-Box'")]
    [InlineData("# Get-Box\n", "# Get-Bax\n", "# Get-Bax", "the name of the file")]
    [InlineData("Gets boxes.\n", "", "## SYNOPSIS", "nothing below 'SYNOPSIS'")]
    [InlineData("## SYNTAX", "## SYNTAXES", "## SYNTAXES", "where the schema has 'SYNTAX'")]
    [InlineData("### Id\n", "### Id (Default)\n", "### Id (Default)", "the default set comes first")]
    [InlineData("```powershell", "```sh", "```sh", "marked powershell")]
    [InlineData("It is red.", "", "### Example 1: One box", "text that says what it does")]
    [InlineData("Also hidden ones.\n", "", "### -All", "-All is not described")]
    [InlineData("### -Id", "### -Zone", "### -Name", "-Name comes before -Zone")]
    [InlineData("Type: Int32", "Typ: Int32", "Typ: Int32", "'Typ' is here")]
    [InlineData("Type: Int32", "Type: Int32\nType: Int32", "Type: Int32#2", "there twice")]
    [InlineData("Type: Int32\nParameter Sets: Id", "# yaml\nType: Int32\nParameter Sets: Ident", "# yaml", "'key: value'")]
    [InlineData("Type: Int32\nParameter Sets: Id\n", "Type: Int32\nParameter Sets:\n", "Parameter Sets:", "name the sets")]
    [InlineData("Aliases: BoxName, Label\n\nRequired: True", "Required: Maybe", "Required: Maybe", "where the schema has 'Aliases'")]
    [InlineData("Position: 0", "Position: first", "Position: first", "Named or a number")]
    [InlineData("True (ByPropertyName, ByValue)", "True (ByValue, ByPropertyName)", "Accept pipeline input: True (ByValue, ByPropertyName)", "must be False or")]
    [InlineData("### CommonParameters\n\nThe usual ones.\n", "", "## PARAMETERS", "'### CommonParameters' is missing")]
    [InlineData("## NOTES\n", "", "## RELATED LINKS", "where the schema has 'NOTES'")]
    [InlineData("https://example.org/box", "Open-Box.md", "[elsewhere](Open-Box.md)", "leads nowhere")]
    [InlineData("It is red.", "{{ Add a description }}", "{{ Add a description }}", "a placeholder is left")]
    [InlineData("It is red.", "It is ![red](red.png).", "It is ![red](red.png).", "more than the help system can show")]
    public void WhatBreaksTheSchemaIsNamedByFileAndLine(string text, string replacement, string named, string message)
    {
        using TemporaryDirectory directory = new();
        Assert.Contains(text, Command, StringComparison.Ordinal);
        string broken = Command.Replace(text, replacement);
        PageException e = Assert.Throws<PageException>(() => Build(directory, broken));
        Assert.StartsWith($"{directory.At("pages/Get-Box.md")}({LineOf(broken, named)}): error: ", e.Message);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(directory.At("en-US/Box.dll-Help.xml")));
    }

    [Fact]
    public void AnUnknownSetIsNamedByItsBlock()
    {
        using TemporaryDirectory directory = new();
        string broken = Command.Replace("Parameter Sets: Id\n", "Parameter Sets: Ident\n");
        PageException e = Assert.Throws<PageException>(() => Build(directory, broken));
        Assert.Equal($"{directory.At("pages/Get-Box.md")}({LineOf(broken, "Type: Int32") - 1}): error: SYNTAX has no parameter set 'Ident'", e.Message);
    }

    [Theory]
    [InlineData("### [Get-Box](Get-Box.md)", "### [Get-Bax](Get-Bax.md)", "### [Get-Bax](Get-Bax.md)")]
    [InlineData("Gets boxes.", "Gets something.", "### [Get-Box](Get-Box.md)")]
    [InlineData("Locale: en-US", "Locale: de-DE", "Locale: de-DE")]
    public void AModulePageThatIsNotOfTheseCmdletsIsRefused(string text, string replacement, string named)
    {
        using TemporaryDirectory directory = new();
        PageException e = Assert.Throws<PageException>(() => Build(directory, Command, Module.Replace(text, replacement)));
        Assert.StartsWith($"{directory.At("pages/Box.md")}({LineOf(Module.Replace(text, replacement), named)}): error: ", e.Message);
    }

    [Fact]
    public void AnAboutPageIsWrappedAndItsCodeIsNot()
    {
        using TemporaryDirectory directory = new();
        string words = string.Join(' ', Enumerable.Repeat("word", 30));
        directory.Make("pages/about_Box.md",
            $"# Box\n\n## about_Box\n\n# SHORT DESCRIPTION\n\nBoxes.\n\n# LONG DESCRIPTION\n\n{words}\n\n## More\n\n```\nGet-Box {words}\n```\n\n# EXAMPLES\n\nNone.\n\n# SEE ALSO\n\nGet-Box\n");
        Build(directory, Command);
        string[] lines = File.ReadAllLines(directory.At("en-US/about_Box.help.txt"));
        Assert.Equal(["TOPIC", "    about_Box", "", "SHORT DESCRIPTION", "    Boxes.", "", "LONG DESCRIPTION"], lines[..7]);
        Assert.Contains("    Get-Box " + words, lines);
        Assert.All(lines.Where(line => !line.Contains("Get-Box")), line => Assert.InRange(line.Length, 0, 80));
    }

    /// <summary>The number of the line, counted from 1; with #2 the second of that text.</summary>
    private static int LineOf(string text, string line)
    {
        bool second = line.EndsWith("#2", StringComparison.Ordinal);
        string[] lines = text.Split('\n');
        int found = Array.IndexOf(lines, second ? line[..^2] : line);
        Assert.NotEqual(-1, found);
        return 1 + (second ? Array.IndexOf(lines, line[..^2], found + 1) : found);
    }

    private static string Build(TemporaryDirectory directory, string command, string module = Module)
    {
        directory.Make("pages/Get-Box.md", command);
        directory.Make("pages/Box.md", module);
        HelpBuilder.Build(directory.At("pages"), directory.At("en-US/Box.dll-Help.xml"));
        return directory.At("en-US/Box.dll-Help.xml");
    }
}

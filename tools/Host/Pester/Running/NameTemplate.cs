using System.Text.RegularExpressions;

namespace LxcPS.Host.Pester;

/// <summary>Turns 'adds &lt;a&gt; and &lt;b.Length&gt;' into script for a string that PowerShell expands.</summary>
internal static partial class NameTemplate
{
    public static string ToScript(string name)
    {
        var text = name.Replace("$", "`$", StringComparison.Ordinal).Replace("\"", "`\"", StringComparison.Ordinal);
        return '"' + Placeholder().Replace(text, "$$($$$1)") + '"';
    }

    // A backtick before < keeps it as it is written.
    [GeneratedRegex("(?<!`)<([^>^`]+)>")]
    private static partial Regex Placeholder();
}

using System.Management.Automation.Language;

namespace LxcPS.Host.Running;

internal static class ScriptText
{
    /// <summary>More must follow: an open brace, quote or pipe at the end.</summary>
    public static bool IsIncomplete(string text)
    {
        Parser.ParseInput(text, out _, out var errors);
        return errors.Any(error => error.IncompleteInput);
    }
}

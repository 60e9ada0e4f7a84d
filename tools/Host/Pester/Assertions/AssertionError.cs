using System.Collections;
using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>Makes the error of a failed assertion, and throws it as a script would.</summary>
internal static class AssertionError
{
    public static ErrorRecord Create(PSCmdlet cmdlet, string id, string message)
    {
        var where = cmdlet.MyInvocation;
        // Reports read these keys, so they are as in Pester.
        var target = new Hashtable(StringComparer.OrdinalIgnoreCase)
        {
            ["Message"] = message,
            ["File"] = where.ScriptName,
            ["Line"] = where.ScriptLineNumber,
            ["LineText"] = where.Line.TrimEnd('\r', '\n'),
        };
        return new ErrorRecord(new InvalidOperationException(message), id, ErrorCategory.InvalidResult, target);
    }

    // Thrown by script: a cmdlet's own terminating error ends only the statement when no try is around it, and adds to the id.
    public static void Throw(PSCmdlet cmdlet, ErrorRecord error) =>
        cmdlet.InvokeCommand.InvokeScript(useLocalScope: true, Script("param($______error) throw $______error"), null, error);

    /// <summary>The error with the stack it would have had, for an assertion that lets its test go on.</summary>
    public static ErrorRecord Caught(PSCmdlet cmdlet, ErrorRecord error) => (ErrorRecord)cmdlet.InvokeCommand.InvokeScript(
        useLocalScope: true, Script("param($______error) try { throw $______error } catch { $_ }"), null, error)[0].BaseObject;

    private static ScriptBlock Script(string text) => ScriptBlock.Create(text);
}

using System.Management.Automation;
using System.Management.Automation.Internal;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

internal static class ScriptRun
{
    private static readonly object ToErrorPipe =
        Enum.Parse(Internals.Type("System.Management.Automation.ScriptBlock+ErrorHandlingBehavior"), "WriteToCurrentErrorPipe");

    /// <summary>Runs a script block in the caller's scope with the command's streams as its own.</summary>
    public static void RunHere(this PSCmdlet command, ScriptBlock script) =>
        Internals.Call(script, "InvokeUsingCmdlet", command, false, ToErrorPipe, AutomationNull.Value, Array.Empty<object>(),
            AutomationNull.Value,
            Array.Empty<object>());

    /// <summary>Runs a script block in the caller's scope, for that value as $_, and drops what it writes.</summary>
    public static void RunAside(ScriptBlock script, object? value)
    {
        var nowhere = Internals.Create("System.Management.Automation.Internal.Pipe");
        Internals.Set(nowhere, "NullPipe", true);
        Internals.Call(script, "InvokeWithPipe", false, ToErrorPipe, value, Array.Empty<object>(), AutomationNull.Value, nowhere, null,
            false, null, null, Array.Empty<object>());
    }
}

using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;

namespace LxcPS.Host.Pester;

/// <summary>Binds the runner's own script to the session state of the tests, so that what is dot-sourced lands in their scopes.</summary>
internal static class SessionBinding
{
    // PowerShell has no public way to rebind a script block outside a module; Pester itself goes through the same property.
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic;
    private static readonly PropertyInfo OfScript = typeof(ScriptBlock).GetProperty("SessionStateInternal", Hidden)!;
    private static readonly PropertyInfo OfState = typeof(SessionState).GetProperty("Internal", Hidden)!;

    /// <summary>The file name that the runner's own lines have in a stack trace.</summary>
    public const string File = "LxcPS.Host.Pester";

    public static object? Of(ScriptBlock script) => OfScript.GetValue(script);

    public static object? Of(SessionState state) => OfState.GetValue(state);

    public static void Bind(ScriptBlock script, object? session) => OfScript.SetValue(script, session);

    public static ScriptBlock Create(string text, object? session)
    {
        var script = Parser.ParseInput(text, File, out _, out var errors).GetScriptBlock();
        if (errors.Length > 0)
        {
            throw new ParseException(errors);
        }

        Bind(script, session);
        return script;
    }
}

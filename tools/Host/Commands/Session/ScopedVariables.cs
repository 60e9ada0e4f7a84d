using System.Management.Automation;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

/// <summary>Variables of the caller's session by scope, which the engine offers to its own commands only.</summary>
internal static class ScopedVariables
{
    private static readonly object Origin = CommandOrigin.Internal;

    public static IEnumerable<PSVariable> Variables(this PSCmdlet command, string? scope)
    {
        var state = Internals.Get(command.SessionState, "Internal")!;
        var table = (IDictionary<string, PSVariable>)(scope is null
            ? Internals.Call(state, "GetVariableTable")!
            : Internals.Call(state, "GetVariableTableAtScope", scope)!);
        return table.Values;
    }

    /// <summary>The variables of that name, which may be a pattern; a plain name that has none is an error.</summary>
    public static IEnumerable<PSVariable> FindVariables(this PSCmdlet command, string name, string? scope, bool isError = true)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name))
        {
            var state = Internals.Get(command.SessionState, "Internal")!;
            var found = (PSVariable?)(scope is null
                ? Internals.Call(state, "GetVariable", name)
                : Internals.Call(state, "GetVariableAtScope", name, scope));
            if (found is not null)
            {
                return [found];
            }

            if (isError)
            {
                command.WriteError(new ErrorRecord(new ItemNotFoundException($"Cannot find a variable with the name '{name}'."),
                    "VariableNotFound", ErrorCategory.ObjectNotFound, name));
            }

            return [];
        }

        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        return command.Variables(scope).Where(variable => pattern.IsMatch(variable.Name))
            .OrderBy(variable => variable.Name, StringComparer.CurrentCultureIgnoreCase).ToArray();
    }

    public static void SetVariable(this PSCmdlet command, PSVariable variable, string? scope, bool force)
    {
        var state = Internals.Get(command.SessionState, "Internal")!;
        _ = scope is null
            ? Internals.Call(state, "SetVariable", variable, force, Origin)
            : Internals.Call(state, "SetVariableAtScope", variable, scope, force, Origin);
    }

    public static void RemoveVariable(this PSCmdlet command, PSVariable variable, string? scope, bool force)
    {
        var state = Internals.Get(command.SessionState, "Internal")!;
        _ = scope is null
            ? Internals.Call(state, "RemoveVariable", variable, force)
            : Internals.Call(state, "RemoveVariableAtScope", variable, scope, force);
    }

    /// <summary>Runs what may find a variable read-only or constant, which is an error of that variable.</summary>
    public static void TrySession(this PSCmdlet command, Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is SessionStateException or PSArgumentException)
        {
            command.WriteError(new ErrorRecord(((IContainsErrorRecord)exception).ErrorRecord, exception));
        }
    }
}

using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace LxcPS.Host.Pester;

/// <summary>
/// Runs Pester 5 test files where the Pester module is not to be had: the part of its language that this project's tests use,
/// with the same phases, scopes and results. PowerShell can also import the assembly as a module.
/// </summary>
public static class PesterRunner
{
    /// <summary>Adds the commands to what a runspace starts with.</summary>
    public static void Register(InitialSessionState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var here = typeof(PesterRunner);
        foreach (var type in here.Assembly.GetTypes())
        {
            if (type.Namespace?.StartsWith(here.Namespace!, StringComparison.Ordinal) != true
                || type.GetCustomAttribute<CmdletAttribute>() is not { } cmdlet)
            {
                continue;
            }

            var name = $"{cmdlet.VerbName}-{cmdlet.NounName}";
            state.Commands.Add(new SessionStateCmdletEntry(name, type, null));
            // A cmdlet's name has a verb and a noun, so the one-word names of test files are aliases.
            foreach (var alias in type.GetCustomAttribute<AliasAttribute>()?.AliasNames ?? [])
            {
                state.Commands.Add(new SessionStateAliasEntry(alias, name));
            }
        }
    }
}

using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using LxcPS.Host.Pester;

namespace LxcPS.Host.Running;

/// <summary>The session's commands: the engine's own, and from this assembly what the engine lacks.</summary>
internal static class SessionSetup
{
    private static readonly Dictionary<string, object> Sources = [];

    public static InitialSessionState Create()
    {
        var state = InitialSessionState.CreateDefault2();
        foreach (var type in typeof(SessionSetup).Assembly.GetTypes())
        {
            // In the engine's namespace: an error's full id ends in the name of the command's class, and scripts match on it.
            if (type.Namespace == "Microsoft.PowerShell.Commands" && type.GetCustomAttribute<CmdletAttribute>() is { } cmdlet)
            {
                var entry = new SessionStateCmdletEntry($"{cmdlet.VerbName}-{cmdlet.NounName}", type, null);
                Internals.Call(entry, "SetPSSnapIn", SourceOf(type));
                state.Commands.Add(entry);
            }
        }

        PesterRunner.Register(state);
        return state;
    }

    /// <summary>
    /// Lets scripts make sessions of their own: the engine would look for the assemblies of PowerShell's own commands and give up.
    /// These sessions load the host's commands from its module instead.
    /// </summary>
    public static void PrepareOtherSessions()
    {
        var known = (IList)Internals.CallStatic("System.Management.Automation.PSSnapInReader", "get_DefaultMshSnapins")!;
        for (var i = known.Count - 1; i >= 0; i--)
        {
            if (Internals.Get(known[i]!, "PSSnapInName") is not "Microsoft.PowerShell.Core")
            {
                known.RemoveAt(i);
            }
        }
    }

    // So that Microsoft.PowerShell.Utility\Write-Host finds ours, and Get-Command names a source.
    private static object SourceOf(Type type)
    {
        var name = type.GetCustomAttribute<SourceAttribute>()?.Module ?? "Microsoft.PowerShell.Utility";
        if (!Sources.TryGetValue(name, out var source))
        {
            var version = new Version(7, 0, 0, 0);
            source = Internals.Create("System.Management.Automation.PSSnapInInfo", name, true, AppContext.BaseDirectory, name, name,
                version, version, new Collection<string>(), new Collection<string>(), "", "");
            Sources.Add(name, source);
        }

        return source;
    }
}

namespace LxcPS.Engine.Hooks;

/// <summary>The kinds of hooks by their names in configurations.</summary>
public static class HookEvents
{
    private static readonly string[] Types =
        ["pre-start", "pre-mount", "mount", "autodev", "start-host", "start", "stop", "post-stop", "clone", "destroy", "post-create", "post-copy", "pre-remove"];

    /// <summary>The name as LXC writes such names, e.g. <c>pre-start</c>.</summary>
    public static string TypeOf(HookEvent hook) => Types[(int)hook];

    /// <summary>Whether the module alone knows it: such a hook is a script in a directory, not a line of a configuration.</summary>
    public static bool IsOfModule(HookEvent hook) => hook >= HookEvent.PostCreate;

    /// <summary>The key of a configuration that lists such hooks.</summary>
    public static string KeyOf(HookEvent hook) => "lxc.hook." + TypeOf(hook);

    /// <summary>Those of LXC, in the order in which they run.</summary>
    internal static IEnumerable<HookEvent> OfLxc => Enum.GetValues<HookEvent>().Where(hook => !IsOfModule(hook));

    /// <summary>The event whose name a script's begins with, and the rest: <c>pre-start-quota.ps1</c> is quota of PreStart.</summary>
    internal static bool TryParse(string fileName, out HookEvent hook, out string name)
    {
        // The longest first: start-host begins as start does.
        foreach (string type in Types.OrderByDescending(type => type.Length))
        {
            if (fileName.StartsWith(type + "-", StringComparison.Ordinal) && fileName.EndsWith(HookScripts.Extension, StringComparison.Ordinal)
                && fileName.Length > type.Length + 1 + HookScripts.Extension.Length)
            {
                hook = (HookEvent)Array.IndexOf(Types, type);
                name = fileName[(type.Length + 1)..^HookScripts.Extension.Length];
                return true;
            }
        }

        hook = default;
        name = string.Empty;
        return false;
    }
}

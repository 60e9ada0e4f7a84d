using LxcPS.Engine.Hooks;
using LxcPS.Engine.Network;

namespace LxcPS.Engine.LifeCycle;

/// <summary>Runs the programs of <c>lxc.hook.*</c> and of <c>lxc.net.N.script.*</c> of a container that is started, runs or ends.</summary>
internal static class HookRunner
{
    /// <summary>Whether there are hooks of a kind.</summary>
    internal static bool Has(LaunchPlan plan, string type) => plan.Config.GetAll("lxc.hook." + type).Length > 0;

    /// <summary>Runs all hooks of a kind in order; the first that fails is an error that carries its output.</summary>
    /// <param name="plan">The container.</param>
    /// <param name="type">The kind without <c>lxc.hook.</c>, e.g. <c>pre-start</c>.</param>
    /// <param name="wait">What else happens meanwhile.</param>
    /// <param name="variables">More variables of the environment: NAME=value.</param>
    /// <param name="arguments">What version 0 of the contract gives besides.</param>
    /// <param name="settings">A file that the hook has as descriptor 3, or -1.</param>
    internal static void Run(LaunchPlan plan, string type, HookWait wait, IReadOnlyList<string>? variables = null,
        IReadOnlyList<string>? arguments = null, int settings = -1)
    {
        if (Has(plan, type))
        {
            new HookCall
            {
                Name = plan.Name,
                Config = plan.Config,
                Type = type,
                Variables = [.. VariablesOf(plan), .. variables ?? []],
                Arguments = arguments ?? [],
                Wait = wait,
                Settings = settings,
            }.Run();
        }
    }

    /// <summary>The same in the child, in the container's namespaces.</summary>
    internal static void RunInContainer(LaunchPlan plan, string type)
    {
        if (Has(plan, type))
        {
            new HookCall
            {
                Name = plan.Name,
                Config = plan.Config,
                Type = type,
                Variables = VariablesOf(plan),
                IsInContainer = true,
            }.Run();
        }
    }

    /// <summary>Runs the up or down script of a network device, if it has one; a failure is an error that carries its output.</summary>
    internal static void RunNetworkScript(LaunchPlan plan, HostLink link, bool up, HookWait wait)
    {
        NetworkDevice device = link.Device;
        if ((up ? device.UpScript : device.DownScript) is not { } script)
        {
            return;
        }

        // As LXC has it: the type, then the link, then the host's end of a pair.
        string name = up ? "up" : "down";
        string type = device.Type.ToString().ToLowerInvariant();
        List<string> arguments = [type];
        List<string> variables = [$"LXC_NET_TYPE={type}", $"LXC_NET_PARENT={device.Link}"];
        if (device.Link is not null)
        {
            arguments.Add(device.Link);
        }

        if (link.Name is not null)
        {
            arguments.Add(link.Name);
            variables.Add($"LXC_NET_PEER={link.Name}");
        }

        new HookCall
        {
            Name = plan.Name,
            Config = plan.Config,
            Type = name,
            Section = "net",
            Variables = VariablesOf(plan),
            VersionOneVariables = variables,
            Arguments = arguments,
            Wait = wait,
        }.Run(name + " script", device.KeyOf("script." + name), script, "Run the script by hand to see why.");
    }

    private static List<string> VariablesOf(LaunchPlan plan) =>
    [
        $"LXC_ROOTFS_MOUNT={plan.RootfsMount}",
        $"LXC_ROOTFS_PATH={plan.Rootfs?.Directory}",
        $"LXC_CGNS_AWARE={(plan.CgroupNamespace ? 1 : 0)}",
        $"LXC_LOG_LEVEL={plan.Config.Get("lxc.log.level")?.ToUpperInvariant() ?? "ERROR"}",
        $"LXC_CONSOLE={plan.ConsolePath}",
        $"LXC_CONSOLE_LOGPATH={plan.ConsoleLog}",
    ];
}

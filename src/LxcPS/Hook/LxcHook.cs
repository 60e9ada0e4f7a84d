using LxcPS.Commands;
using LxcPS.Engine;
using LxcPS.Engine.Hooks;
using LxcPS.Engine.Store;

namespace LxcPS;

/// <summary>A hook: a program that runs when something happens to a container.</summary>
public sealed class LxcHook
{
    /// <summary>
    /// The container of the hook that this process is, by the variables that a hook has. Its state is that of the event: a monitor that waits for
    /// its hook, as LXC's does, answers nobody.
    /// </summary>
    /// <param name="hook">The event.</param>
    /// <exception cref="LxcException">HookInvalid: this process is no hook; or ContainerNotFound.</exception>
    public static LxcContainer GetContainer(HookEvent hook)
    {
        if (Environment.GetEnvironmentVariable("LXC_NAME") is not { Length: > 0 } name
            || System.IO.Path.GetDirectoryName(System.IO.Path.GetDirectoryName(Environment.GetEnvironmentVariable("LXC_CONFIG_FILE"))) is not { } lxcPath)
        {
            throw new LxcException(LxcErrorId.HookInvalid, "The script of a hook runs for a container, and LXC_NAME and LXC_CONFIG_FILE name none")
            {
                Advice = "Set both to try it by hand.",
            };
        }

        ContainerStore store = LxcCmdlet.StoreAt(lxcPath);
        ContainerCmdlet.Require(store, name);
        return LxcContainer.Of(store, name, hook switch
        {
            <= HookEvent.Start => ContainerState.Starting,
            HookEvent.Stop => ContainerState.Stopping,
            _ => ContainerState.Stopped,
        });
    }

    internal LxcHook(ContainerStore store, RegisteredHook hook)
    {
        Store = store;
        Hook = hook;
    }

    /// <summary>The container; null where the hook is one of all containers of the directory.</summary>
    public string? Name => Hook.Container;

    /// <summary>The directory of containers.</summary>
    public string LxcPath => Store.LxcPath;

    /// <summary>When it runs.</summary>
    public HookEvent Event => Hook.Event;

    /// <summary>What it was registered as; null where a configuration names a program of somebody else's.</summary>
    public string? HookName => Hook.Name;

    /// <summary>What is run.</summary>
    public string Command => Hook.Command;

    /// <summary>The file of the script; null where it is none of Register-LxcHook's.</summary>
    public string? Path => Hook.Path;

    /// <summary>The script that was registered, as it is in the file now; null where there is none.</summary>
    public string? Script => Path is not null && File.Exists(Path) ? HookText.ScriptIn(File.ReadAllText(Path)) : null;

    internal ContainerStore Store { get; }

    internal RegisteredHook Hook { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Event} {HookName ?? Command}";
}

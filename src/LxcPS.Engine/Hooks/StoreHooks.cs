using LxcPS.Engine.Configuration;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Store;

namespace LxcPS.Engine.Hooks;

/// <summary>Runs the hooks of what happens to a container that does not run: its creation, its copying and its removal.</summary>
internal static class StoreHooks
{
    /// <summary>Runs the hooks of a creation. Where one fails, the container is removed again.</summary>
    /// <exception cref="LxcException">HookFailed, with the hook's output; Canceled.</exception>
    internal static void AfterCreation(ContainerStore store, string name, CancellationToken cancel) =>
        RunOrDiscard(store, name, [HookEvent.PostCreate], [], cancel);

    /// <summary>Runs the hooks of a copy: the module's, then those of <c>lxc.hook.clone</c>. They are the copy's, which is removed again where one fails.</summary>
    /// <exception cref="LxcException">HookFailed, with the hook's output; Canceled.</exception>
    internal static void AfterCopy(ContainerStore store, string name, string source, CancellationToken cancel) =>
        RunOrDiscard(store, name, [HookEvent.PostCopy, HookEvent.Clone], [$"LXC_SRC_NAME={source}"], cancel);

    /// <summary>Runs the hooks of a removal: the module's, then those of <c>lxc.hook.destroy</c>. For a container whose name is taken.</summary>
    /// <exception cref="LxcException">HookFailed: one refuses it; Canceled.</exception>
    internal static void BeforeRemoval(ContainerStore store, string name, CancellationToken cancel)
    {
        // What is not complete has no hooks.
        if (store.Exists(name))
        {
            Run(store, name, [HookEvent.PreRemove, HookEvent.Destroy], [], cancel);
        }
    }

    private static void RunOrDiscard(ContainerStore store, string name, HookEvent[] events, string[] variables, CancellationToken cancel)
    {
        try
        {
            Run(store, name, events, variables, cancel);
        }
        catch (LxcException)
        {
            ContainerRemover.Discard(store, name);
            throw;
        }
    }

    private static void Run(ContainerStore store, string name, HookEvent[] events, string[] variables, CancellationToken cancel)
    {
        // Whatever its errors are: what is broken must be removable.
        ContainerConfig config = store.LoadConfig(name, out _);
        using Cancellation cancellation = new(cancel);
        try
        {
            foreach (HookEvent hook in events)
            {
                List<RegisteredHook> scripts = HookEvents.IsOfModule(hook) ? [.. HookScripts.For(store, name, hook)] : [];
                if (scripts.Count == 0 && config.GetAll(HookEvents.KeyOf(hook)).Length == 0)
                {
                    continue;
                }

                HookCall call = new()
                {
                    Name = name,
                    Config = config,
                    Type = HookEvents.TypeOf(hook),
                    Variables = [.. RootfsVariables(config, hook), .. variables],
                    Wait = new HookWait(cancellation.Descriptor),
                };
                scripts.ForEach(script => call.Run($"{call.Type} hook", null, script.Command, "See the script: Get-LxcHook has its path."));
                call.Run();
            }
        }
        catch (LxcException) when (cancel.IsCancellationRequested)
        {
            cancellation.ThrowIfRequested();
        }
    }

    private static string[] RootfsVariables(ContainerConfig config, HookEvent hook)
    {
        string? path = config.Get("lxc.rootfs.path");
        if (hook is HookEvent.PreRemove or HookEvent.Destroy)
        {
            // LXC takes the commonest scheme away, and leaves others. What is removed may be of a kind that cannot be started.
            return [$"LXC_ROOTFS_MOUNT={config.Get("lxc.rootfs.mount")}", $"LXC_ROOTFS_PATH={(path?.StartsWith("dir:", StringComparison.Ordinal) == true ? path[4..] : path)}"];
        }

        // Nothing is mounted: what LXC mounts for the hook of a copy is where a copy's own files are. In a file they are out of reach.
        return [$"LXC_ROOTFS_MOUNT={(string.IsNullOrEmpty(path) || RootfsSource.Parse(path) is { IsMounted: true } ? null : RootfsSource.Parse(path).Directory)}", $"LXC_ROOTFS_PATH={path}"];
    }
}

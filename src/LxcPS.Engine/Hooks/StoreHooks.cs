using LxcPS.Engine.Configuration;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Store;

namespace LxcPS.Engine.Hooks;

/// <summary>Runs the hooks of what happens to a container that does not run: its creation and its removal.</summary>
internal static class StoreHooks
{
    /// <summary>Runs the hooks of a removal: the module's, then those of <c>lxc.hook.destroy</c>. For a container whose name is taken.</summary>
    /// <exception cref="LxcException">HookFailed: one refuses it; Canceled.</exception>
    internal static void BeforeRemoval(ContainerStore store, string name, CancellationToken cancel)
    {
        // What is not complete has no hooks.
        if (store.Exists(name))
        {
            Run(store, name, HookEvent.PreRemove, cancel);
            Run(store, name, HookEvent.Destroy, cancel);
        }
    }

    // LXC takes the commonest scheme away, and leaves others.
    private static string? PathOf(string? rootfs) => rootfs?.StartsWith("dir:", StringComparison.Ordinal) == true ? rootfs[4..] : rootfs;

    /// <summary>Runs the hooks of a copy: the module's, then those of <c>lxc.hook.clone</c>. They are the copy's.</summary>
    /// <exception cref="LxcException">HookFailed; Canceled.</exception>
    internal static void AfterCopy(ContainerStore store, string name, string source, CancellationToken cancel)
    {
        Run(store, name, HookEvent.PostCopy, cancel, $"LXC_SRC_NAME={source}");
        Run(store, name, HookEvent.Clone, cancel, $"LXC_SRC_NAME={source}");
    }

    /// <summary>Runs the hooks of an event.</summary>
    /// <exception cref="LxcException">HookFailed, with the hook's output; Canceled.</exception>
    internal static void Run(ContainerStore store, string name, HookEvent hook, CancellationToken cancel, params ReadOnlySpan<string> variables)
    {
        // Whatever its errors are: what is broken must be removable.
        ContainerConfig config = store.LoadConfig(name, out _);
        string? rootfs = config.Get("lxc.rootfs.path");
        using Cancellation cancellation = new(cancel);
        HookCall call = new()
        {
            Name = name,
            Config = config,
            Type = HookEvents.TypeOf(hook),
            Variables =
            [
                // Nothing is mounted: what LXC mounts for the hook of a copy is where a copy's own files are.
                $"LXC_ROOTFS_MOUNT={(string.IsNullOrEmpty(rootfs) ? null : hook == HookEvent.Destroy ? config.Get("lxc.rootfs.mount") : RootfsSource.Parse(rootfs).Directory)}",
                $"LXC_ROOTFS_PATH={(hook == HookEvent.Destroy ? PathOf(rootfs) : rootfs)}",
                .. variables,
            ],
            Wait = new HookWait(cancellation.Descriptor),
        };
        try
        {
            foreach (RegisteredHook script in HookScripts.For(store, name, hook))
            {
                call.Run($"{call.Type} hook", null, script.Command, "See the script: Get-LxcHook has its path.");
            }

            call.Run();
        }
        catch (LxcException) when (cancel.IsCancellationRequested)
        {
            cancellation.ThrowIfRequested();
        }
    }
}

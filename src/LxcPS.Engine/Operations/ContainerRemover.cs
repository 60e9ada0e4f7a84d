using LxcPS.Engine.Hooks;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>Removes containers.</summary>
public static class ContainerRemover
{
    /// <summary>Removes a container with all its files, and what a killed monitor left of it.</summary>
    /// <param name="store">The directory of containers.</param>
    /// <param name="name">The container.</param>
    /// <param name="force">Whether a container that runs is ended first.</param>
    /// <param name="cancel">Stops before anything is removed.</param>
    /// <exception cref="LxcException">ContainerRunning, ContainerBusy, ContainerNotFound, HookFailed (a hook refuses it) or StorageFailed.</exception>
    public static void Remove(ContainerStore store, string name, bool force, CancellationToken cancel)
    {
        if (force)
        {
            ContainerStopper.Stop(store.LxcPath, name, new StopOptions { Kill = true }, cancel);
        }

        Delete(store, name, asksHooks: true, cancel);
    }

    /// <summary>Removes a container that has just been made, asking no hook.</summary>
    internal static void Discard(ContainerStore store, string name) => Delete(store, name, asksHooks: false, CancellationToken.None);

    /// <summary>Removes a container for its monitor, which has the name.</summary>
    internal static void RemoveEnded(ContainerStore store, string name) => DeleteReserved(store, name, asksHooks: true, CancellationToken.None);

    private static void Delete(ContainerStore store, string name, bool asksHooks, CancellationToken cancel)
    {
        int reservation = ControlSocket.Reserve(store.LxcPath, name, "Stop it first with Stop-LxcContainer, or end and remove it with -Force.");
        try
        {
            store.ClearLeftovers(name);
            DeleteReserved(store, name, asksHooks, cancel);
        }
        finally
        {
            Descriptors.Close(reservation);
        }
    }

    private static void DeleteReserved(ContainerStore store, string name, bool asksHooks, CancellationToken cancel)
    {
        Dependents.RequireNone(store, name, "removed");
        if (asksHooks)
        {
            StoreHooks.BeforeRemoval(store, name, cancel);
        }

        List<(string LxcPath, string Name, string ByPath, string ByName)> bases = Dependents.BasesOf(store, name);
        store.Delete(name, cancel: cancel);
        bases.ForEach(needed => Dependents.Remove(needed.LxcPath, needed.Name, needed.ByPath, needed.ByName));
    }
}

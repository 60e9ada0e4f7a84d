using LxcPS.Engine.Copying;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>Renames containers that do not run.</summary>
public static class ContainerRenamer
{
    /// <summary>Renames a container; what a killed monitor left of it is cleared first.</summary>
    /// <exception cref="LxcException">ContainerRunning, ContainerExists, ContainerNotFound, ContainerBusy or InvalidName.</exception>
    public static void Rename(ContainerStore store, string name, string newName)
    {
        int reservation = ControlSocket.Reserve(store.LxcPath, name, "Stop it first with Stop-LxcContainer.");
        try
        {
            store.ClearLeftovers(name);
            Dependents.RequireNone(store, name, "renamed");
            store.Rename(name, newName);
            MoveNeeds(store, name, newName);
        }
        finally
        {
            Descriptors.Close(reservation);
        }
    }

    // The new name first: what is needed and not noted could be removed. A name that there is not any more does no harm.
    private static void MoveNeeds(ContainerStore store, string name, string newName)
    {
        foreach ((string lxcPath, string needed, string byPath, string byName) in Dependents.BasesOf(store, newName))
        {
            bool isSnapshot = byPath != store.LxcPath;
            Dependents.Add(lxcPath, needed, byPath, byName);
            Dependents.Remove(lxcPath, needed, isSnapshot ? SnapshotStore.PathOf(store, name) : store.LxcPath, isSnapshot ? byName : name);
        }
    }
}

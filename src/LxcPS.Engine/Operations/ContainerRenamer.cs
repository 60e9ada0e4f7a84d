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
            RuntimeRecord.Clear(store.LxcPath, name);
            store.Rename(name, newName);
        }
        finally
        {
            Descriptors.Close(reservation);
        }
    }
}

using LxcPS.Engine.Protocol;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Copying;

/// <summary>A container whose files are read as a whole: it does not run, and while this is held it cannot be started, renamed or removed.</summary>
internal static class StoppedContainer
{
    /// <summary>Takes its name; the descriptor that holds it.</summary>
    /// <param name="store">The directory of containers.</param>
    /// <param name="name">The container.</param>
    /// <exception cref="LxcException">ContainerNotFound, ContainerRunning or ContainerBusy.</exception>
    internal static int Reserve(ContainerStore store, string name) => store.Exists(name)
        ? ControlSocket.Reserve(store.LxcPath, name, "Stop it first with Stop-LxcContainer: files that change while they are read make no whole copy.")
        : throw store.NotFound(name);
}

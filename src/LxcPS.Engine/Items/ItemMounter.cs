using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Items;

/// <summary>Binds paths of the host into running containers and takes them away again; see <see cref="ItemMountHelper"/>.</summary>
public sealed class ItemMounter
{
    /// <summary>How long the helper may take, in milliseconds: a file system of the container's may never answer.</summary>
    private const int Timeout = 10_000;

    private readonly HelperProgram helper;
    private readonly ContainerStore store;
    private readonly string name;
    private readonly CancellationToken cancel;

    /// <summary>Refers to a container.</summary>
    public ItemMounter(HelperProgram helper, ContainerStore store, string name, CancellationToken cancel)
    {
        this.helper = helper;
        this.store = store;
        this.name = name;
        this.cancel = cancel;
    }

    /// <summary>Binds a file or directory of the host, until the container stops.</summary>
    /// <param name="path">Its absolute path on the host.</param>
    /// <param name="destination">The place in the container; it is made where it is missing.</param>
    /// <param name="isReadOnly">Whether nothing can be written through the mount.</param>
    /// <exception cref="LxcException">ContainerNotRunning, ItemNotFound, ItemExists, ItemInvalid, MountFailed, PermissionDenied, Timeout, Canceled.</exception>
    public void Mount(string path, string destination, bool isReadOnly) =>
        Run(new ItemMountRequest { LxcPath = store.LxcPath, Name = name, Path = path, Destination = destination, IsReadOnly = isReadOnly });

    /// <summary>Takes the mount at a place away.</summary>
    /// <exception cref="LxcException">ContainerNotRunning, ItemNotFound: nothing is mounted there. ItemInvalid, MountFailed, PermissionDenied, Timeout, Canceled.</exception>
    public void Dismount(string destination) => Run(new ItemMountRequest { LxcPath = store.LxcPath, Name = name, Destination = destination });

    /// <summary>The places at which something is mounted in a container that runs, but those that it needs as they are.</summary>
    public static IEnumerable<string> PlacesOf(ContainerStore store, string name)
    {
        int pid = ControlClient.GetInitPid(store.LxcPath, name);
        return pid == 0 ? [] : Diagnostics.MountTable.Parse(Descriptors.ReadText($"/proc/{pid}/mountinfo")).Mounts.Select(mount => mount.Point)
            .Where(point => point != "/" && !Array.Exists(ItemPlace.Needed, needed => point[1..] == needed || point.StartsWith($"/{needed}/", StringComparison.Ordinal)));
    }

    private void Run(ItemMountRequest request)
    {
        if (Processes.EffectiveUserId != 0)
        {
            throw new LxcException(LxcErrorId.PermissionDenied, $"The mounts of container '{name}' can be changed by root only")
            {
                ContainerName = name,
                Step = "mount",
                Errno = Errno.EPERM,
                Advice = "Run the session as root, with sudo for example. Before a start, lxc.mount.entry binds what the user may read.",
            };
        }

        List<string[]> lines = HelperCall.Run(helper, request.ToArguments, Timeout, () => new LxcException(LxcErrorId.Timeout, $"Container '{name}' holds up what is done to its mounts")
        {
            ContainerName = name,
            Step = "mount",
            Advice = "A file system in the container does not answer: see what it has mounted on the way to the place.",
        }, cancel);
        if (!lines.Exists(fields => fields[0] == ItemMountHelper.DoneKind))
        {
            throw new LxcException(LxcErrorId.MountFailed, $"The helper for the mounts of container '{name}' ended without a word")
            {
                ContainerName = name,
                Step = "mount",
                Advice = "It may have been killed: see the kernel log for an out-of-memory kill.",
            };
        }
    }
}

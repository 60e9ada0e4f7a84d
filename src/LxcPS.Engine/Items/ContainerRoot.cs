using LxcPS.Engine.Attach;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Items;

/// <summary>
/// The root file system of a container, for a child that works on it as the container's root: one that has joined the namespaces of a running
/// container, or that has the file system of a stopped one mounted in namespaces of its own. What it cannot reach is the host: no path of its
/// root leads there, and no descriptor but those that it is given.
/// </summary>
internal static class ContainerRoot
{
    /// <summary>Starts the child; its pidfd, and the container's id maps. Only where <see cref="Forking"/> is allowed.</summary>
    /// <param name="lxcPath">The directory of containers.</param>
    /// <param name="name">The container. One that does not run cannot be started while the caller lives.</param>
    /// <param name="kept">The descriptors that the child keeps.</param>
    /// <param name="guard">Runs what it is given and tells its errors; the result is the exit code.</param>
    /// <param name="work">Runs in the child, which is given the root as a descriptor.</param>
    /// <exception cref="LxcException">What keeps the root from being opened.</exception>
    internal static (int Pidfd, IdMaps Maps) Start(string lxcPath, string name, int[] kept, Func<Func<int>, int> guard, Func<int, int> work)
    {
        if (ContainerEntrance.TryFind(lxcPath, name, "copy") is { } entrance)
        {
            IdMaps maps = entrance.ReadIdMaps("copy");
            return (Forking.Start(0, -1, () => guard(() =>
            {
                entrance.Enter();
                Descriptors.CloseAllBut(kept);
                return work(OpenRunning());
            })).Pidfd, maps);
        }

        ControlSocket.Reserve(lxcPath, name, "It is just starting: try again when it runs.");
        return StartStopped(lxcPath, name, kept, guard, work);
    }

    // A copy of the mounts, attached nowhere: the container changes nothing in it.
    private static int OpenRunning() => WithoutDevices(MountCalls.CloneTree(Descriptors.CurrentDirectory, "/", recursive: true));

    private static (int Pidfd, IdMaps Maps) StartStopped(string lxcPath, string name, int[] kept, Func<Func<int>, int> guard, Func<int, int> work)
    {
        ContainerConfig config = new ContainerStore(lxcPath).LoadConfig(name);
        RootfsSource source = config.Get("lxc.rootfs.path") is { Length: > 0 } path ? RootfsSource.Parse(path)
            : throw new LxcException(LxcErrorId.RootfsFailed, $"Container '{name}' has no root file system of its own")
            {
                ContainerName = name,
                Step = "rootfs",
                ConfigKey = "lxc.rootfs.path",
                Advice = "Work on the host's files themselves.",
            };
        (ulong attributes, List<string> fileSystemOptions, string? idMap) = LaunchPlanner.RootfsOptions(config, source.HasFileSystem);
        IdMaps maps = IdMapsOf(config, lxcPath);
        bool isOwn = Processes.EffectiveUserId != 0;
        (int ours, int theirs) = LocalSockets.Pair();
        using SetupChannel channel = new(ours);
        (int pid, int pidfd) = Forking.Start(Processes.CLONE_NEWNS | (maps.IsEmpty ? 0 : Processes.CLONE_NEWUSER), -1, () => guard(() =>
        {
            Descriptors.Close(ours);
            Processes.SetParentDeathSignal(9);
            using SetupChannel childEnd = new(theirs);
            childEnd.Expect(SetupChannel.Kind.Maps);
            MountCalls.SetPropagation("/", MountCalls.PropagationPrivate, recursive: true);

            // A user's own rights reach the container's directory, and end with the change of identity.
            int mount = isOwn ? WithoutDevices(source.Open(-1, 0, attributes, fileSystemOptions)) : ReceiveMount(childEnd);
            if (!maps.IsEmpty)
            {
                Processes.SetIdentity(0, 0, []);
                Processes.SetParentDeathSignal(9);
            }

            FileTree.SetMask(0);
            MountCalls.Move(mount, Descriptors.OpenPath("/", directory: true), "/");
            FileTree.ChangeDirectory(mount);
            MountCalls.PivotToWorkingDirectory();
            Descriptors.CloseAllBut(kept);
            return work(Descriptors.OpenPath("/", directory: true));
        }));
        try
        {
            Descriptors.Close(theirs);
            if (!maps.IsEmpty)
            {
                IdMapWriter.Write(pid, maps.Entries);
            }

            channel.Send(SetupChannel.Kind.Maps);
            if (!isOwn)
            {
                SendMount(channel, idMap is null || (idMap == "container" && maps.IsEmpty) ? null : idMap == "container" ? $"/proc/{pid}/ns/user" : idMap,
                    userNamespace => source.Open(userNamespace, maps.HostUser(0) ?? 0, attributes, fileSystemOptions));
            }

            return (pidfd, maps);
        }
        catch
        {
            Processes.Signal(pidfd, 9);
            Processes.Wait(pidfd);
            throw;
        }
    }

    // As a start has them, see LaunchPlanner.
    private static IdMaps IdMapsOf(ContainerConfig config, string lxcPath) =>
        SharedNamespace.Parse(config).Find(other => other.Flag == Processes.CLONE_NEWUSER) is { } shared
            ? IdMaps.Of(shared.ReadIdMaps(lxcPath) ?? []) : IdMaps.Of(config);

    private static void SendMount(SetupChannel channel, string? userNamespaceFile, Func<int, int> open)
    {
        int userNamespace = -1;
        int mount = -1;
        try
        {
            userNamespace = userNamespaceFile is null ? -1 : Descriptors.Open(userNamespaceFile, OpenFlags.ReadOnly);
            mount = WithoutDevices(open(userNamespace));
            channel.Send(SetupChannel.Kind.Mount, descriptors: [mount]);
        }
        finally
        {
            Descriptors.Close(userNamespace);
            Descriptors.Close(mount);
        }
    }

    // No device can be opened on it, which a name may have become between a look at it and its opening.
    private static int WithoutDevices(int mount)
    {
        MountCalls.SetAttributes(mount, MountCalls.MOUNT_ATTR_NODEV, 0, recursive: true, name: "/");
        return mount;
    }

    private static int ReceiveMount(SetupChannel channel)
    {
        Span<int> mount = stackalloc int[1];
        return channel.Receive(out _, mount, out int received) == SetupChannel.Kind.Mount && received == 1 ? mount[0]
            : throw new LxcException(LxcErrorId.Canceled, "The helper ended before the root file system was mounted");
    }
}

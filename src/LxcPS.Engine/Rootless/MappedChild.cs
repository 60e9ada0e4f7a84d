using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Mounts;
using LxcPS.Native;

namespace LxcPS.Engine.Rootless;

/// <summary>
/// A child in a user namespace of its own (or, for root, in a mount namespace alone), in which a user has all rights over the files of his subordinate ids: they are no longer his own
/// once a container has them, and he could neither make nor change nor remove them otherwise.
/// </summary>
internal static class MappedChild
{
    /// <summary>Runs an action in such a child, and ends what it leaves running; only where <see cref="Forking"/> is allowed.</summary>
    /// <param name="maps">The maps of the namespace.</param>
    /// <param name="work">Runs in the child, which is root of the namespace where the maps say so; its result is the exit code.</param>
    /// <exception cref="LxcException">NamespaceFailed or IdMapFailed; what the action does wrong it tells itself.</exception>
    internal static int Run(IReadOnlyList<IdMapEntry> maps, Func<int> work) => Run(maps, null, _ => work(), -1);

    /// <summary>As the other, with a directory whose files' owners are seen mapped as the namespace maps them.</summary>
    /// <param name="maps">The maps of the namespace.</param>
    /// <param name="directory">The directory, or null. Its mount is attached nowhere: nobody else sees it, and it goes with the child.</param>
    /// <param name="work">Runs in the child; gets the descriptor of the mount, or -1.</param>
    /// <param name="listener">A descriptor whose reader it is done for: where that is gone, so is the child. Or -1.</param>
    /// <exception cref="LxcException">NamespaceFailed, IdMapFailed, or RootfsFailed: the file system maps no owners.</exception>
    internal static int Run(IReadOnlyList<IdMapEntry> maps, string? directory, Func<int, int> work, int listener) => Run(Processes.CLONE_NEWUSER, pid =>
    {
        IdMapWriter.Write(pid, maps);
        return directory is null ? -1 : Mount(directory, pid);
    }, work, listener);

    /// <summary>Makes a child under maps root of its user namespace: what it makes from then on belongs to the container's root.</summary>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal static void BecomeRoot()
    {
        // The change clears the signal by which a process ends with its parent.
        Processes.SetIdentity(0, 0, []);
        Processes.SetParentDeathSignal(9);
    }

    /// <summary>
    /// In such a child: the kernel's account of what the one program that it runs has read and written, see proc_pid_io(5). In /proc, which is
    /// the host's, that has another number than here. Null where it does not run, and without CONFIG_PROC_CHILDREN.
    /// </summary>
    internal static string? TryReadAccount() =>
        Descriptors.TryReadText("/proc/thread-self/children") is { Length: > 0 } children ? Descriptors.TryReadText($"/proc/{children.Split(' ')[0]}/io") : null;

    /// <summary>Gives the calling process mounts that nobody else has: what it mounts goes with it.</summary>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal static void UnshareMounts()
    {
        Processes.Unshare(Processes.CLONE_NEWNS);
        MountCalls.SetPropagation("/", MountCalls.PropagationPrivate, recursive: true);
    }

    /// <summary>Runs an action in a child of root's whose mounts nobody else has: what it mounts is gone when it ends, however it ends.</summary>
    /// <param name="work">Runs in the child; its result is the exit code.</param>
    /// <param name="listener">As in <see cref="Run(IReadOnlyList{IdMapEntry}, string, Func{int, int}, int)"/>.</param>
    /// <exception cref="LxcException">NamespaceFailed.</exception>
    internal static int RunWithMounts(Func<int> work, int listener = -1) => Run(Processes.CLONE_NEWNS, _ => -1, _ =>
    {
        MountCalls.SetPropagation("/", MountCalls.PropagationPrivate, recursive: true);
        return work();
    }, listener);

    // What is prepared for the child may have a descriptor that the child gets, or -1.
    private static int Run(ulong flags, Func<int, int> prepare, Func<int, int> work, int listener)
    {
        (int ours, int theirs) = LocalSockets.Pair();
        using SetupChannel channel = new(ours);
        using SetupChannel childEnd = new(theirs);
        int pid;
        int pidfd;
        try
        {
            // With a PID namespace nothing that it starts outlives it.
            (pid, pidfd) = Forking.Start(flags | Processes.CLONE_NEWPID, -1, () =>
            {
                Descriptors.Close(ours);
                Processes.SetParentDeathSignal(9);
                Span<int> mount = stackalloc int[1];
                childEnd.Expect(SetupChannel.Kind.Maps, mount, out int received);
                return work(received == 1 ? mount[0] : -1);
            });
        }
        catch (LinuxException e)
        {
            throw Refused(e);
        }

        try
        {
            int prepared = prepare(pid);
            channel.Send(SetupChannel.Kind.Maps, descriptors: prepared < 0 ? [] : [prepared]);
            Descriptors.Close(prepared);
            return WaitFor(pidfd, listener);
        }
        catch
        {
            Processes.Signal(pidfd, 9);
            Processes.Wait(pidfd);
            throw;
        }
        finally
        {
            Descriptors.Close(pidfd);
        }
    }

    // The exit code of the child.
    private static int WaitFor(int pidfd, int listener)
    {
        if (Polling.Wait(pidfd, Readiness.Readable, listener, Readiness.None, -1).Second != Readiness.None)
        {
            Processes.Signal(pidfd, 9);
        }

        return Processes.Wait(pidfd).ExitCode;
    }

    private static int Mount(string directory, int pid)
    {
        int userNamespace = Descriptors.Open($"/proc/{pid}/ns/user", OpenFlags.ReadOnly);
        try
        {
            return RootfsSource.OpenDirectory(directory, userNamespace, recursive: false);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.RootfsFailed, $"The directory '{directory}' cannot be mounted with mapped owners: {e.Message}", e)
            {
                Step = "rootfs",
                Path = directory,
                Advice = "Use a directory on a file system that maps owners: ext4, xfs, btrfs or tmpfs.",
            };
        }
        finally
        {
            Descriptors.Close(userNamespace);
        }
    }

    /// <summary>The error of a user namespace that the kernel does not give a user.</summary>
    internal static LxcException Refused(LinuxException cause)
    {
        UserNamespaceFact fact = UserNamespaceFact.Of(Descriptors.TryReadText("/proc/sys/kernel/unprivileged_userns_clone"),
            Descriptors.TryReadText("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"), Descriptors.TryReadText("/proc/sys/user/max_user_namespaces"));
        return new LxcException(LxcErrorId.NamespaceFailed, $"The namespaces of the container cannot be made: {cause.Message}", cause)
        {
            Step = "namespaces",
            Advice = fact.IsAllowed ? "See the limits of the session (ulimit -u, /proc/sys/user), and whether a seccomp filter or a security module confines it."
                : $"Users may make no user namespaces here ({fact.Detail}). {fact.Advice}",
        };
    }
}

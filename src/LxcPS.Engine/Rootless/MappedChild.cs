using LxcPS.Engine.Configuration;
using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;
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
    internal static int Run(IReadOnlyList<IdMapEntry> maps, Func<int> work) => Run(Processes.CLONE_NEWUSER, pid => IdMapWriter.Write(pid, maps), work);

    /// <summary>Runs an action in a child of root's whose mounts nobody else has: what it mounts is gone when it ends, however it ends.</summary>
    /// <param name="work">Runs in the child; its result is the exit code.</param>
    /// <exception cref="LxcException">NamespaceFailed.</exception>
    internal static int RunWithMounts(Func<int> work) => Run(Processes.CLONE_NEWNS, _ => { }, () =>
    {
        MountCalls.SetPropagation("/", MountCalls.PropagationPrivate, recursive: true);
        return work();
    });

    private static int Run(ulong flags, Action<int> prepare, Func<int> work)
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
                childEnd.Expect(SetupChannel.Kind.Maps);
                return work();
            });
        }
        catch (LinuxException e)
        {
            throw Refused(e);
        }

        try
        {
            prepare(pid);
            channel.Send(SetupChannel.Kind.Maps);
            return Processes.Wait(pidfd).ExitCode;
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

    /// <summary>The error of a user namespace that the kernel does not give a user.</summary>
    internal static LxcException Refused(LinuxException cause)
    {
        UserNamespaceFact fact = UserNamespaceFact.Of(CapabilityList.TryRead("/proc/sys/kernel/unprivileged_userns_clone"),
            CapabilityList.TryRead("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"), CapabilityList.TryRead("/proc/sys/user/max_user_namespaces"));
        return new LxcException(LxcErrorId.NamespaceFailed, $"The namespaces of the container cannot be made: {cause.Message}", cause)
        {
            Step = "namespaces",
            Advice = fact.IsAllowed ? "See the limits of the session (ulimit -u, /proc/sys/user), and whether a seccomp filter or a security module confines it."
                : $"Users may make no user namespaces here ({fact.Detail}). {fact.Advice}",
        };
    }
}

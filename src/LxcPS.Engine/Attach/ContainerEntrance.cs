using LxcPS.Engine.Configuration;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Protocol;
using LxcPS.Native;

namespace LxcPS.Engine.Attach;

/// <summary>
/// The user and mount namespaces of a running container, for children of a helper that work on its files as its root could itself. They stay out
/// of its PID namespace and its control groups: nobody inside sees them, and a suspended container does not hold them up.
/// </summary>
internal sealed class ContainerEntrance
{
    private const ulong Joined = Processes.CLONE_NEWUSER | Processes.CLONE_NEWNS;

    private readonly string name;
    private readonly int pid;
    private readonly int pidfd;
    private readonly ulong namespaces;

    private ContainerEntrance(string name, int pid, int pidfd, ulong namespaces)
    {
        this.name = name;
        this.pid = pid;
        this.pidfd = pidfd;
        this.namespaces = namespaces;
    }

    /// <summary>Whether the container has a user namespace of its own.</summary>
    internal bool IsUnprivileged => (namespaces & Processes.CLONE_NEWUSER) != 0;

    /// <summary>The init of a container and what its monitor says of it: 0 and -1 where none runs.</summary>
    internal static (int Pid, int Pidfd, ContainerState State) FindInit(string lxcPath, string name)
    {
        int pidfd = ControlClient.GetInitPidfd(lxcPath, name);
        int pid = pidfd >= 0 ? Processes.IdOf(pidfd) : ControlClient.GetInitPid(lxcPath, name);
        if (pid > 0 && pidfd < 0)
        {
            pidfd = Processes.OpenPidfd(pid);
        }

        // Asked last, so that it is true of this init: while a container is being started its init lacks its confinement.
        return (pid, pidfd, pid > 0 ? ControlClient.GetState(lxcPath, name) : ContainerState.Stopped);
    }

    /// <summary>Finds the namespaces of a container, and keeps those of the caller from being looked into; null where it does not run.</summary>
    /// <param name="lxcPath">The directory of containers.</param>
    /// <param name="name">The container.</param>
    /// <param name="step">What they are for, as errors name the step.</param>
    /// <exception cref="LxcException">ContainerNotRunning: it is starting or stopping. NamespaceFailed: it has the mounts of the host.</exception>
    internal static ContainerEntrance? TryFind(string lxcPath, string name, string step)
    {
        Processes.SetDumpable(false);
        (int pid, int pidfd, ContainerState state) = FindInit(lxcPath, name);
        if (pid <= 0)
        {
            return null;
        }

        if (state is not (ContainerState.Running or ContainerState.Frozen or ContainerState.Freezing))
        {
            throw NotRunning(name, step);
        }

        ulong namespaces = ProcessFacts.Read(pid).Namespaces & Joined;
        return (namespaces & Processes.CLONE_NEWNS) != 0 ? new ContainerEntrance(name, pid, pidfd, namespaces)
            : throw new LxcException(LxcErrorId.NamespaceFailed, $"Container '{name}' has the mounts of this session: its files are the host's")
            {
                ContainerName = name,
                Step = step,
                Advice = "Work on the host's files themselves.",
            };
    }

    /// <summary>The same for what only a running container can be given.</summary>
    /// <exception cref="LxcException">ContainerNotRunning or NamespaceFailed.</exception>
    internal static ContainerEntrance Find(string lxcPath, string name, string step) => TryFind(lxcPath, name, step) ?? throw NotRunning(name, step);

    /// <summary>Joins the namespaces, in a child that has this one thread: afterwards it is the container's root, and dies with its parent.</summary>
    internal void Enter()
    {
        Processes.SetParentDeathSignal(9);
        Processes.JoinNamespaces(pidfd, namespaces, $"init of {name}");
        if (IsUnprivileged)
        {
            // The change of identity clears the signal; whoever lost its parent before is a caller's orphan that ends by itself.
            Processes.SetIdentity(0, 0, []);
            Processes.SetParentDeathSignal(9);
        }

        FileTree.SetMask(0);
    }

    /// <summary>The id maps of the container, as the caller sees them.</summary>
    /// <exception cref="LxcException">ContainerNotRunning: it has ended meanwhile.</exception>
    internal IdMaps ReadIdMaps(string step)
    {
        IdMaps maps = IdMaps.Of(IsUnprivileged ? IdMapReader.Read($"/proc/{pid}") : []);

        // Init still lives, so the number was its own when they were read.
        return Processes.Signal(pidfd, 0) ? maps : throw NotRunning(name, step);
    }

    /// <summary>The user namespace of the container, or -1 where it has none of its own.</summary>
    /// <exception cref="LxcException">ContainerNotRunning: it has ended meanwhile.</exception>
    internal int OpenUserNamespace(string step)
    {
        if (!IsUnprivileged)
        {
            return -1;
        }

        int fd = Descriptors.Open($"/proc/{pid}/ns/user", OpenFlags.ReadOnly);

        // Init still lives, so the number was its own when the file was opened.
        return Processes.Signal(pidfd, 0) ? fd : throw NotRunning(name, step);
    }

    private static LxcException NotRunning(string name, string step) =>
        new(LxcErrorId.ContainerNotRunning, $"Container '{name}' is not running, or just starting or stopping")
        {
            ContainerName = name,
            Step = step,
            Advice = "Start it with Start-LxcContainer, or try again when it runs.",
        };
}

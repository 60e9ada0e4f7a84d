using LxcPS.Engine.Configuration;
using LxcPS.Engine.Protocol;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>A namespace of another process or container that a container joins: <c>lxc.namespace.share.*</c>.</summary>
public sealed class SharedNamespace
{
    private const string Prefix = "lxc.namespace.share.";

    private SharedNamespace(ulong flag, ConfigEntry entry)
    {
        Flag = flag;
        Entry = entry;
    }

    /// <summary>Its kind, a CLONE_NEW flag.</summary>
    public ulong Flag { get; }

    /// <summary>The line of the configuration.</summary>
    public ConfigEntry Entry { get; }

    private string Kind => Entry.Key[Prefix.Length..];

    /// <summary>Reads the keys; the last of a kind counts, and an empty value takes it back.</summary>
    /// <exception cref="LxcException">ConfigUnsupported: the mount namespace.</exception>
    internal static List<SharedNamespace> Parse(ContainerConfig config)
    {
        List<SharedNamespace> all = [];
        foreach (ConfigEntry entry in config.WithPrefix(Prefix))
        {
            ulong flag = NamespaceFlags.Of(entry.Key[Prefix.Length..], entry.Key);
            all.RemoveAll(other => other.Flag == flag);
            if (entry.Value.Length == 0)
            {
                continue;
            }

            if (flag == Processes.CLONE_NEWNS)
            {
                throw new LxcException(LxcErrorId.ConfigUnsupported, "A mount namespace cannot be shared: the container's root file system would become that of the other")
                {
                    ConfigKey = entry.Key,
                    Line = entry.Line,
                    Advice = "Remove the line; share files with lxc.mount.entry.",
                };
            }

            all.Add(new SharedNamespace(flag, entry));
        }

        return all;
    }

    /// <summary>
    /// Opens the namespace, so that it is the same whatever becomes of the process: the pidfd of a process id, of a container's init (a name,
    /// or the path of its directory), or a namespace's own file.
    /// </summary>
    /// <exception cref="LxcException">NamespaceFailed: there is no such process, or the container does not run.</exception>
    internal int Open(string lxcPath)
    {
        string target = Entry.Value;
        try
        {
            if (int.TryParse(target, System.Globalization.NumberStyles.None, null, out int pid))
            {
                return Processes.OpenPidfd(pid);
            }

            if (target[0] == '/' && FileTree.TryStatus(Descriptors.CurrentDirectory, target, true, out FileStatus status) && !status.IsDirectory)
            {
                return Descriptors.Open(target, OpenFlags.ReadOnly);
            }

            (string path, string name) = ContainerOf(lxcPath, target);
            int init = ControlClient.GetInitPid(path, name);
            return init > 0 ? Processes.OpenPidfd(init) : throw new LinuxException("pidfd_open", Errno.ESRCH, target);
        }
        catch (LinuxException e)
        {
            throw Failed(e, "It must be the id of a process, the name or the directory of a container that runs, or a file below /proc/PID/ns.");
        }
    }

    /// <summary>The id maps of the user namespace as the caller sees them; null where it is the caller's own.</summary>
    /// <exception cref="LxcException">NamespaceFailed.</exception>
    internal List<IdMapEntry>? ReadIdMaps(string lxcPath)
    {
        string target = Entry.Value;
        string directory = int.TryParse(target, System.Globalization.NumberStyles.None, null, out int pid) ? $"/proc/{pid}"
            : target.StartsWith("/proc/", StringComparison.Ordinal) && target.EndsWith("/ns/user", StringComparison.Ordinal) ? target[..^"/ns/user".Length]
            : $"/proc/{InitOf(lxcPath, target)}";
        try
        {
            FileStatus theirs = FileTree.Status(Descriptors.CurrentDirectory, directory + "/ns/user");
            FileStatus ours = FileTree.Status(Descriptors.CurrentDirectory, "/proc/self/ns/user");
            if (theirs.Inode == ours.Inode)
            {
                return null;
            }

            return IdMapReader.Read(directory);
        }
        catch (LinuxException e)
        {
            throw Failed(e, "It must be the id of a process, or the name or the directory of a container that runs.");
        }
    }

    /// <summary>Joins the namespace.</summary>
    /// <exception cref="LxcException">NamespaceFailed.</exception>
    internal void Join(int fd)
    {
        try
        {
            Processes.JoinNamespaces(fd, Flag, Entry.Value);
        }
        catch (LinuxException e)
        {
            throw Failed(e, e.Number == Errno.EPERM
                ? "A namespace that belongs to another user namespace takes that one as well: share it too, with lxc.namespace.share.user."
                : "See that the process still runs, and that it has a namespace of this kind.");
        }
    }

    private int InitOf(string lxcPath, string target)
    {
        (string path, string name) = ContainerOf(lxcPath, target);
        int init = ControlClient.GetInitPid(path, name);
        return init > 0 ? init : throw Failed(new LinuxException("connect", Errno.ESRCH, target), "Start that container first.");
    }

    private static (string LxcPath, string Name) ContainerOf(string lxcPath, string target) =>
        target[0] == '/' ? (Path.GetDirectoryName(target.TrimEnd('/')) ?? "/", Path.GetFileName(target.TrimEnd('/'))) : (lxcPath, target);

    private LxcException Failed(LinuxException e, string advice) =>
        new(LxcErrorId.NamespaceFailed, $"The {Kind} namespace of '{DisplayText.Of(Entry.Value)}' cannot be shared: {e.Message}", e)
        {
            Step = "namespaces",
            ConfigKey = Entry.Key,
            Line = Entry.Line,
            Advice = advice,
        };
}

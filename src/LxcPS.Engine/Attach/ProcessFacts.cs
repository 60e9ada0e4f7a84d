using System.Globalization;
using LxcPS.Native;

namespace LxcPS.Engine.Attach;

/// <summary>The confinement of a running process, as /proc shows it; see proc_pid_status(5).</summary>
internal sealed class ProcessFacts
{
    private static readonly (string Name, ulong Flag)[] NamespaceFiles =
    [
        ("user", Processes.CLONE_NEWUSER), ("mnt", Processes.CLONE_NEWNS), ("pid", Processes.CLONE_NEWPID), ("uts", Processes.CLONE_NEWUTS),
        ("ipc", Processes.CLONE_NEWIPC), ("net", Processes.CLONE_NEWNET), ("cgroup", Processes.CLONE_NEWCGROUP), ("time", Processes.CLONE_NEWTIME),
    ];

    private ProcessFacts(ulong namespaces, ulong boundingCapabilities, bool noNewPrivileges, bool hasSeccomp, string? label)
    {
        Namespaces = namespaces;
        BoundingCapabilities = boundingCapabilities;
        NoNewPrivileges = noNewPrivileges;
        HasSeccomp = hasSeccomp;
        SecurityLabel = label;
    }

    /// <summary>The namespaces that differ from the caller's: CLONE_NEW flags.</summary>
    internal ulong Namespaces { get; }

    /// <summary>The capabilities that it can have, a bit each.</summary>
    internal ulong BoundingCapabilities { get; }

    /// <summary>Whether no_new_privs is set.</summary>
    internal bool NoNewPrivileges { get; }

    /// <summary>Whether a seccomp filter is installed.</summary>
    internal bool HasSeccomp { get; }

    /// <summary>Its label of the security module, or null when there is none or it is unconfined.</summary>
    internal string? SecurityLabel { get; }

    /// <summary>Reads the facts of a process.</summary>
    internal static ProcessFacts Read(int pid)
    {
        ulong namespaces = 0;
        foreach ((string name, ulong flag) in NamespaceFiles)
        {
            if (FileTree.TryStatus(Descriptors.CurrentDirectory, $"/proc/{pid}/ns/{name}", true, out FileStatus theirs)
                && FileTree.TryStatus(Descriptors.CurrentDirectory, $"/proc/self/ns/{name}", true, out FileStatus ours)
                && theirs.Inode != ours.Inode)
            {
                namespaces |= flag;
            }
        }

        ulong capabilities = ulong.MaxValue;
        bool noNewPrivileges = false;
        bool seccomp = false;
        foreach (string line in Descriptors.ReadText($"/proc/{pid}/status").Split('\n'))
        {
            int colon = line.IndexOf(':');
            string value = colon < 0 ? string.Empty : line[(colon + 1)..].Trim();
            switch (colon < 0 ? string.Empty : line[..colon])
            {
                case "CapBnd": capabilities = ulong.Parse(value, NumberStyles.HexNumber, CultureInfo.InvariantCulture); break;
                case "NoNewPrivs": noNewPrivileges = value == "1"; break;
                case "Seccomp": seccomp = value != "0"; break;
            }
        }

        return new ProcessFacts(namespaces, capabilities, noNewPrivileges, seccomp, LabelOf(pid));
    }

    private static string? LabelOf(int pid)
    {
        try
        {
            string label = Descriptors.ReadText($"/proc/{pid}/attr/current").TrimEnd('\0', '\n');
            int mode = label.IndexOf(" (", StringComparison.Ordinal);
            label = mode < 0 ? label : label[..mode];
            return label.Length == 0 || label == "unconfined" ? null : label;
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.EINVAL)
        {
            // No security module that labels processes.
            return null;
        }
    }
}

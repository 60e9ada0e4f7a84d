using System.Globalization;
using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Devices;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>What a malicious root inside a running container could reach, by what the kernel shows of its init.</summary>
public static class SecurityCheck
{
    /// <summary>Looks at a container; the worst findings come first.</summary>
    /// <exception cref="LxcException">ContainerNotRunning, PermissionDenied, Timeout, Canceled.</exception>
    public static IReadOnlyList<SecurityFinding> Run(HelperProgram helper, ContainerStore store, string name, CancellationToken cancel)
    {
        int pid = ControlClient.GetInitPid(store.LxcPath, name);
        if (pid <= 0)
        {
            throw new LxcException(LxcErrorId.ContainerNotRunning, $"Container '{name}' is not running, and its security is read from the kernel, not from its configuration")
            {
                ContainerName = name,
                Advice = "Start it with Start-LxcContainer, and test it then.",
            };
        }

        if (Processes.EffectiveUserId != 0)
        {
            throw new LxcException(LxcErrorId.PermissionDenied, $"The security of container '{name}' can be read by root only")
            {
                ContainerName = name,
                Advice = "Run the session as root.",
            };
        }

        try
        {
            SecurityFacts facts = new SecurityReader(pid).Read(CgroupSettings.FilesOf(store.LxcPath, name), NodesOf(helper, store, name, pid, cancel));
            return Judge(name, store.LxcPath, facts);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.ContainerNotRunning, $"The security of container '{name}' cannot be read: {e.Message}", e)
            {
                ContainerName = name,
                Advice = "It may have been stopped at this moment.",
            };
        }
    }

    /// <summary>What facts mean.</summary>
    internal static IReadOnlyList<SecurityFinding> Judge(string name, string lxcPath, SecurityFacts facts)
    {
        SecurityList list = new(name, lxcPath);
        IdentityFindings.Add(list, facts);
        ConfinementFindings.Add(list, facts);
        NamespaceFindings.Add(list, facts);
        MountFindings.Add(list, facts);
        DeviceFindings.Add(list, facts);
        ResourceFindings.Add(list, facts);
        return list.Close();
    }

    // A container that shares the mounts has the host's /dev, which the finding of the namespace covers.
    private static IReadOnlyList<HostDevice> NodesOf(HelperProgram helper, ContainerStore store, string name, int pid, CancellationToken cancel) =>
        FileTree.TryStatus(Descriptors.CurrentDirectory, $"/proc/{pid}/ns/mnt", true, out FileStatus theirs)
        && FileTree.TryStatus(Descriptors.CurrentDirectory, "/proc/self/ns/mnt", true, out FileStatus ours) && theirs.Inode != ours.Inode
            ? DeviceInventory.Nodes(helper, store, name, [], cancel) : [];
}

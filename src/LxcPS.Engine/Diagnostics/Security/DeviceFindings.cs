using LxcPS.Engine.Devices;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Devices: the rules of the cgroup, and the nodes in /dev. Numbers are those of Documentation/admin-guide/devices.txt.</summary>
internal static class DeviceFindings
{
    internal static void Add(SecurityList list, SecurityFacts facts)
    {
        bool open = facts.DeviceList is { } rules ? rules.Split('\n').Any(line => line.StartsWith('a')) : facts.HasDeviceProgram == false;
        bool canMake = facts.IsPrivileged && (ProcessStatus.Mask(facts.Status, "CapBnd") & (1UL << Capabilities.Find("mknod"))) != 0;
        list.Add("Device rules", open ? canMake ? SecuritySeverity.Critical : SecuritySeverity.Low : SecuritySeverity.None,
            canMake ? "It makes nodes of the host's disks and memory, and uses them" : "Every device whose node is given to it can be used",
            facts.DeviceList is { } text ? $"devices.list of its cgroup: {text.Trim().Replace('\n', ',')}"
                : facts.HasDeviceProgram switch
                {
                    true => "bpf(BPF_PROG_QUERY): its cgroup has a device program",
                    false => "bpf(BPF_PROG_QUERY): its cgroup has no device program",
                    _ => "the device programs of its cgroup cannot be asked for",
                },
            "Set lxc.cgroup2.devices.deny = a and allow what it needs, as New-LxcContainer does.");
        foreach (HostDevice node in facts.Nodes)
        {
            (SecuritySeverity severity, string reach) = Judge(node.Type, node.Major, node.Minor, facts.IsPrivileged);
            if (severity != SecuritySeverity.None)
            {
                list.Add("Device " + node.Path, severity, reach, $"{node.Path} in its /dev: {node.Type} {node.Major}:{node.Minor}, mode {Convert.ToString(node.Mode & 0xFFF, 8)}",
                    $"Remove-LxcDevice, or the mount entry of '{node.Path}'.");
            }
        }
    }

    /// <summary>What a node gives; None for those of every container.</summary>
    internal static (SecuritySeverity Severity, string Reach) Judge(char type, int major, int minor, bool privileged) => (type, major, minor) switch
    {
        ('c', 1, 3 or 5 or 7 or 8 or 9) or ('c', 5, 0 or 1 or 2) or ('c', >= 136 and <= 143, _) => (SecuritySeverity.None, string.Empty),
        ('c', 1, 1 or 2 or 4) => (SecuritySeverity.Critical, "It reads and writes memory and ports of the machine"),
        ('c', 1, 11) => (SecuritySeverity.Medium, "It reads the host's kernel log, and writes to it"),
        ('b', 7, _) => (SecuritySeverity.Low, "It uses loop devices, which the host and other containers share"),
        ('b', _, _) => (privileged ? SecuritySeverity.Critical : SecuritySeverity.High, "It reads and writes a disk past the file system's permissions, as far as the node's mode lets it"),
        ('c', 4, _) => (SecuritySeverity.Medium, "It reads and types on a terminal of the host"),
        ('c', 13, _) => (SecuritySeverity.Medium, "It reads keyboards and mice of the host"),
        ('c', 10, 237) => (SecuritySeverity.Low, "It uses loop devices, which the host and other containers share"),
        ('c', 10, 200 or 229 or 232) => (SecuritySeverity.Low, "One more part of the kernel can be attacked"),
        _ => (SecuritySeverity.Low, "It uses a device of the host"),
    };
}

using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Network;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// Everything that a start does, computed from the configuration before anything is made: the monitor and the child carry it out.
/// </summary>
public sealed class LaunchPlan
{
    private CgroupLayout? cgroupLayout;

    /// <summary>The container.</summary>
    public required string Name { get; init; }

    /// <summary>The directory of containers.</summary>
    public required string LxcPath { get; init; }

    /// <summary>The configuration.</summary>
    public required ContainerConfig Config { get; init; }

    /// <summary>The namespaces that clone3 makes: CLONE_NEW flags. The cgroup namespace comes later, when the child is in its cgroups.</summary>
    public required ulong Namespaces { get; init; }

    /// <summary>Whether the container gets a cgroup namespace.</summary>
    public required bool CgroupNamespace { get; init; }

    /// <summary>The namespaces of others that the container joins.</summary>
    public required IReadOnlyList<SharedNamespace> SharedNamespaces { get; init; }

    /// <summary>Whether the container gets a time namespace.</summary>
    public required bool TimeNamespace { get; init; }

    /// <summary>What is written to the time namespace's timens_offsets; empty for no offsets. See time_namespaces(7).</summary>
    public required string TimeOffsets { get; init; }

    /// <summary>Whether the container is a user's, who has no right on the host but over himself.</summary>
    public required bool IsRootless { get; init; }

    /// <summary>The id maps; empty without a user namespace.</summary>
    public required IReadOnlyList<IdMapEntry> IdMaps { get; init; }

    /// <summary>The host name.</summary>
    public required string HostName { get; init; }

    /// <summary>The execution domain for personality(2), or null to keep the host's.</summary>
    public required ulong? Personality { get; init; }

    /// <summary>The root file system, or null for the host's own.</summary>
    public required RootfsSource? Rootfs { get; init; }

    /// <summary>Where the root file system is mounted until it becomes the root.</summary>
    public required string RootfsMount { get; init; }

    /// <summary>Attributes of the root's mount.</summary>
    public required ulong RootfsAttributes { get; init; }

    /// <summary>Options of the root's file system, where it has one of its own.</summary>
    public required IReadOnlyList<string> RootfsFileSystemOptions { get; init; }

    /// <summary>Whether ids of the root file system are mapped by its mount rather than on disk.</summary>
    public required bool IdMapRootfs { get; init; }

    /// <summary>The file of the user namespace by which they are; null for the container's own.</summary>
    public required string? RootfsIdMapFile { get; init; }

    /// <summary>The automatic mounts.</summary>
    public required AutoMounts AutoMounts { get; init; }

    /// <summary>The mounts of the configuration, in order.</summary>
    public required IReadOnlyList<MountEntry> Mounts { get; init; }

    /// <summary>Whether /dev is a small file system with the standard nodes.</summary>
    public required bool AutoDev { get; init; }

    /// <summary>The size of that file system in bytes.</summary>
    public required long DevSize { get; init; }

    /// <summary>The most pseudoterminals the container can have besides its console and ttys.</summary>
    public required int PtyMax { get; init; }

    /// <summary>The number of /dev/ttyN.</summary>
    public required int TtyCount { get; init; }

    /// <summary>The directory below /dev for console and ttys, or empty.</summary>
    public required string TtyDirectory { get; init; }

    /// <summary>Whether there is no console (<c>lxc.console.path = none</c>).</summary>
    public required bool NoConsole { get; init; }

    /// <summary>What the console is joined to: a terminal, another device or a file of the host's; null for nothing.</summary>
    public required string? ConsolePath { get; init; }

    /// <summary>The file that gets a copy of the console's output, or null.</summary>
    public required string? ConsoleLog { get; init; }

    /// <summary>The most bytes of that file; 0 for no limit.</summary>
    public required int ConsoleLogSize { get; init; }

    /// <summary>Whether a file that is full is kept as <c>.1</c> rather than emptied.</summary>
    public required bool ConsoleLogRotates { get; init; }

    /// <summary>The size of the console's ring buffer in bytes; 0 for none.</summary>
    public required int ConsoleBuffer { get; init; }

    /// <summary>The network.</summary>
    public required NetworkPlan Network { get; init; }

    /// <summary>The capabilities that the container may have: a bit each.</summary>
    public required ulong Capabilities { get; init; }

    /// <summary>Whether no exec in the container may gain privileges.</summary>
    public required bool NoNewPrivileges { get; init; }

    /// <summary>Whether init gets a session keyring of its own.</summary>
    public required bool SessionKeyring { get; init; }

    /// <summary>The SELinux context of init, or null to keep the monitor's.</summary>
    public required string? SelinuxContext { get; init; }

    /// <summary>The SELinux context of the session keyring, or null for that of init.</summary>
    public required string? SelinuxKeyringContext { get; init; }

    /// <summary>Whether cores run nothing else beside the container's threads.</summary>
    public required bool SchedulingDomain { get; init; }

    /// <summary>Whether the container is removed when it has stopped.</summary>
    public required bool IsEphemeral { get; init; }

    /// <summary>Whether the container has a kernel log of its own.</summary>
    public required bool IsolateKernelLog { get; init; }

    /// <summary>Whether writes to the root file system go to memory.</summary>
    public required bool InMemory { get; init; }

    /// <summary>The confinement by AppArmor; null where init keeps the monitor's label.</summary>
    public required AppArmorPlan? AppArmor { get; init; }

    /// <summary>The control groups to make.</summary>
    public required CgroupPlan Cgroups { get; init; }

    /// <summary>The controllers that the container gets cgroups of (<c>lxc.cgroup.use</c>); null for all.</summary>
    public required IReadOnlyList<string>? CgroupControllers { get; init; }

    /// <summary>The hierarchies that the container has cgroups in, with the place in them of who asked first.</summary>
    /// <inheritdoc cref="ReadCgroupLayout" path="exception"/>
    internal CgroupLayout CgroupLayout => cgroupLayout ??= ReadCgroupLayout();

    /// <summary>Reads which hierarchies the container has cgroups in, and the caller's place in them.</summary>
    /// <exception cref="LxcException">ConfigUnsupported: a controller is named that this host lacks.</exception>
    internal CgroupLayout ReadCgroupLayout() => CgroupLayout.Read().Limited(CgroupControllers);

    /// <summary>The limits of the configuration: keys and values.</summary>
    public IEnumerable<(string Key, string Value)> CgroupSettings
    {
        get
        {
            foreach (ConfigEntry entry in Config.Entries)
            {
                if (entry.Key.StartsWith("lxc.cgroup", StringComparison.Ordinal) && !entry.Key.StartsWith("lxc.cgroup.dir", StringComparison.Ordinal)
                    && entry.Key != "lxc.cgroup.relative")
                {
                    yield return (entry.Key, entry.Value);
                }
            }
        }
    }

    /// <summary>The program that becomes init and its arguments; with <see cref="MinimalInit"/> the program that runs under it.</summary>
    public required IReadOnlyList<string> InitArguments { get; init; }

    /// <summary>Whether the program runs under the minimal init.</summary>
    public required bool MinimalInit { get; init; }

    /// <summary>The environment of init.</summary>
    public required IReadOnlyList<string> Environment { get; init; }

    /// <summary>The working directory of init.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The user that init runs as, inside the container.</summary>
    public required uint InitUserId { get; init; }

    /// <summary>The group that init runs as, inside the container.</summary>
    public required uint InitGroupId { get; init; }

    /// <summary>The supplementary groups of init.</summary>
    public required uint[] InitGroups { get; init; }

    /// <summary>The signal that ends the container by force.</summary>
    public required int StopSignal { get; init; }

    /// <summary>The signal that asks the container to shut down, or null when the configuration names none.</summary>
    public required int? HaltSignal { get; init; }

    /// <summary>The same for a program that was named at the start: it gets SIGTERM for it. One of the configuration gets the signal itself.</summary>
    public required int? CommandHaltSignal { get; init; }

    /// <summary>The signal that init gets when the monitor dies.</summary>
    public required int ParentDeathSignal { get; init; }

    /// <summary>The namespaces that the container joins: CLONE_NEW flags.</summary>
    public ulong SharedFlags
    {
        get
        {
            ulong flags = 0;
            foreach (SharedNamespace shared in SharedNamespaces)
            {
                flags |= shared.Flag;
            }

            return flags;
        }
    }

    /// <summary>Whether ids are mapped.</summary>
    public bool HasUserNamespace => ((Namespaces | SharedFlags) & Processes.CLONE_NEWUSER) != 0;

    /// <summary>The host id of the container's root user, or 0.</summary>
    public uint RootUserId => HostIdOf(0, group: false);

    /// <summary>The host id of the container's root group, or 0.</summary>
    public uint RootGroupId => HostIdOf(0, group: true);

    /// <summary>The host id of an id in the container; the id itself without a user namespace, uint.MaxValue when it is not mapped.</summary>
    public uint HostIdOf(uint id, bool group)
    {
        if (!HasUserNamespace)
        {
            return id;
        }

        foreach (IdMapEntry entry in IdMaps)
        {
            if ((group ? entry.IsGroup : entry.IsUser) && id >= entry.ContainerId && id - entry.ContainerId < entry.Count)
            {
                return (uint)(entry.HostId + (id - entry.ContainerId));
            }
        }

        return uint.MaxValue;
    }
}

using System.Net;
using LxcPS.Commands;
using LxcPS.Engine;
using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Network;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Store;

namespace LxcPS;

/// <summary>
/// A container as it was when the object was made: a snapshot, as PowerShell's objects are. What costs a look at the kernel or at the
/// configuration is read when the property is first asked for, and kept.
/// </summary>
public sealed class LxcContainer : IComparable<LxcContainer>, IComparable
{
    private readonly ContainerStore store;
    private readonly Lazy<ContainerConfig?> config;
    private readonly Lazy<int?> processId;
    private readonly Lazy<CgroupUsage?> usage;
    private readonly Lazy<IReadOnlyList<IPAddress>> addresses;

    private LxcContainer(ContainerStore store, string name, ContainerState state)
    {
        this.store = store;
        Name = name;
        State = state;
        config = new Lazy<ContainerConfig?>(ReadConfig);
        processId = new Lazy<int?>(() => IsStopped ? null : ControlClient.GetInitPid(LxcPath, Name) is > 0 and int pid ? pid : null);
        usage = new Lazy<CgroupUsage?>(() => IsStopped ? null : CgroupSettings.FilesOf(LxcPath, Name) is { } files ? CgroupUsage.Read(files) : null);
        addresses = new Lazy<IReadOnlyList<IPAddress>>(ReadAddresses);
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The state.</summary>
    public ContainerState State { get; }

    /// <summary>The directory of containers that it is in.</summary>
    public string LxcPath => store.LxcPath;

    /// <summary>The process id of its init as the host numbers it; null when it does not run.</summary>
    public int? ProcessId => processId.Value;

    /// <summary>The memory that it uses, in bytes; null when it does not run or memory is not accounted.</summary>
    public long? MemoryUsage => usage.Value?.Memory;

    /// <summary>The processor time that it has used; null when it does not run.</summary>
    public TimeSpan? CpuTime => usage.Value?.CpuTime;

    /// <summary>The number of its processes and threads; null when it does not run.</summary>
    public long? ProcessCount => usage.Value?.Pids;

    /// <summary>The addresses of its interfaces but for loopback and link-local ones; none when it shares the host's network.</summary>
    public IPAddress[] IPAddress => [.. addresses.Value];

    /// <summary>Whether it is started with the host: Start-LxcContainer -AutoStart and lxc-autostart start it (<c>lxc.start.auto</c>).</summary>
    public bool AutoStart => config.Value is { } read && AutoStartEntry.IsMarked(read);

    /// <summary>Its place among those that are started with the host: lower comes first (<c>lxc.start.order</c>).</summary>
    public int StartOrder => config.Value is { } read ? AutoStartEntry.OrderOf(read) : 0;

    /// <summary>How long is waited after its start then, before the next one's (<c>lxc.start.delay</c>).</summary>
    public TimeSpan StartDelay => config.Value is { } read ? AutoStartEntry.DelayOf(read) : TimeSpan.Zero;

    /// <summary>The groups that it belongs to (<c>lxc.group</c>).</summary>
    public string[] Group => config.Value is { } read ? [.. AutoStartEntry.GroupsOf(read)] : [];

    /// <summary>Whether its users are others than the host's (<c>lxc.idmap</c>).</summary>
    public bool Unprivileged => config.Value?.GetAll("lxc.idmap").Length > 0;

    /// <summary>The host name (<c>lxc.uts.name</c>).</summary>
    public string HostName => config.Value?.Get("lxc.uts.name") is { Length: > 0 } name ? name : Name;

    /// <summary>The root file system (<c>lxc.rootfs.path</c>), or null.</summary>
    public string? Rootfs => config.Value?.Get("lxc.rootfs.path") is { Length: > 0 } path ? path : null;

    /// <summary>The path of its configuration file.</summary>
    public string ConfigPath => store.ConfigPathOf(Name);

    /// <summary>Why its configuration cannot be read, or null.</summary>
    public string? ConfigError { get; private set; }

    private bool IsStopped => State == ContainerState.Stopped;

    /// <summary>Compares by name, then by directory.</summary>
    public int CompareTo(LxcContainer? other) =>
        other is null ? 1 : string.CompareOrdinal(Name, other.Name) is var order and not 0 ? order : string.CompareOrdinal(LxcPath, other.LxcPath);

    /// <inheritdoc/>
    public int CompareTo(object? obj) => CompareTo(obj as LxcContainer);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The container as it is now.</summary>
    internal static LxcContainer Read(ContainerStore store, string name) => new(store, name, ControlClient.GetState(store.LxcPath, name));

    /// <summary>A container whose state is known.</summary>
    internal static LxcContainer Of(ContainerStore store, string name, ContainerState state) => new(store, name, state);

    /// <summary>The container as it is now; those that the set has not are stopped.</summary>
    internal static LxcContainer Read(ContainerStore store, string name, RunningSet running) =>
        running.Contains(store.LxcPath, name) ? Read(store, name) : new LxcContainer(store, name, ContainerState.Stopped);

    private ContainerConfig? ReadConfig()
    {
        try
        {
            return store.LoadConfig(Name);
        }
        catch (LxcException e)
        {
            // A property cannot report an error: the text is kept where a user finds it, and Start-LxcContainer throws it.
            ConfigError = e.Message;
            return null;
        }
    }

    private IReadOnlyList<IPAddress> ReadAddresses()
    {
        if (ProcessId is not { } pid)
        {
            return [];
        }

        List<IPAddress> list = [];
        foreach (InterfaceAddress address in NetworkAddresses.Of(pid))
        {
            list.Add(address.Address);
        }

        return list;
    }
}

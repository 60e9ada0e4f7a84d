using LxcPS.Native;

namespace LxcPS.Engine.Configuration;

public sealed partial class ConfigKey
{
    private static readonly string[] Levels = ["TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "ERROR", "CRIT", "ALERT", "FATAL"];

    /// <summary>The facilities of <c>lxc.log.syslog</c>.</summary>
    internal static readonly string[] Facilities = ["daemon", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"];

    private static readonly string[] Mounts =
    [
        "proc", "proc:mixed", "proc:rw", "sys", "sys:mixed", "sys:ro", "sys:rw", "cgroup", "cgroup:mixed", "cgroup:ro", "cgroup:rw", "cgroup:force",
        "cgroup-full", "cgroup-full:mixed", "cgroup-full:ro", "cgroup-full:rw",
    ];

    /// <summary>Values to propose, where they are few and the same on every host; else empty.</summary>
    public IReadOnlyList<string> Suggestions => Kind switch
    {
        ConfigValueKind.Choice or ConfigValueKind.Choices => Choices,
        ConfigValueKind.Flag => ["0", "1"],
        ConfigValueKind.Signal => Signals.AllNames,
        ConfigValueKind.Capabilities => Name == "lxc.cap.keep" ? ["none", .. Capabilities.Names] : Capabilities.Names,
        ConfigValueKind.LogLevel => Levels,
        ConfigValueKind.LogFacility => Facilities,
        ConfigValueKind.AutoMounts => Mounts,
        ConfigValueKind.BufferSize => ["auto"],
        ConfigValueKind.IPv4Gateway or ConfigValueKind.IPv6Gateway => ["auto", "dev"],
        ConfigValueKind.VlanOrNone => ["none"],
        _ => [],
    };
}

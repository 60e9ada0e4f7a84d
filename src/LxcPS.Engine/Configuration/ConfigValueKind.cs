namespace LxcPS.Engine.Configuration;

/// <summary>What the value of a configuration key is.</summary>
public enum ConfigValueKind
{
    /// <summary>No value: the key only clears others.</summary>
    None,

    /// <summary>Any text of one line.</summary>
    Text,

    /// <summary>The name of an AppArmor profile that a container may have.</summary>
    AppArmorProfile,

    /// <summary>0 or 1.</summary>
    Flag,

    /// <summary>A number from 0 to 4294967295, decimal, 0x hexadecimal or 0 octal.</summary>
    Number,

    /// <summary>A number that may be negative.</summary>
    Integer,

    /// <summary>A number from 1 to 2147483647.</summary>
    Count,

    /// <summary>Numbers with commas between them.</summary>
    Numbers,

    /// <summary>Bytes, with a unit or without; see <see cref="Sizes"/>.</summary>
    Size,

    /// <summary>Bytes, or <c>auto</c>.</summary>
    BufferSize,

    /// <summary>A path of at most 4095 bytes.</summary>
    Path,

    /// <summary>A path that neither begins with / nor leaves its directory.</summary>
    RelativePath,

    /// <summary>The name of one directory.</summary>
    Component,

    /// <summary>A signal; see <see cref="Signals"/>.</summary>
    Signal,

    /// <summary>A facility of syslog(3) that LXC knows, in any case.</summary>
    LogFacility,

    /// <summary>One of <see cref="ConfigKey.Choices"/>.</summary>
    Choice,

    /// <summary>One or more of <see cref="ConfigKey.Choices"/>, with blanks between them.</summary>
    Choices,

    /// <summary>Words with blanks between them.</summary>
    Words,

    /// <summary>Names of capabilities, with blanks between them.</summary>
    Capabilities,

    /// <summary>NAME=value, or NAME to take the caller's value.</summary>
    Variable,

    /// <summary>A log level: its name or its number.</summary>
    LogLevel,

    /// <summary>A host name of at most 64 bytes.</summary>
    HostName,

    /// <summary>Words of <c>lxc.mount.auto</c>.</summary>
    AutoMounts,

    /// <summary>A line of fstab(5).</summary>
    MountEntry,

    /// <summary>An id map; see <see cref="IdMapEntry"/>.</summary>
    IdMap,

    /// <summary>soft[:hard], each a number or <c>unlimited</c>.</summary>
    ResourceLimit,

    /// <summary>A number and a unit of h, m, s, ms, us or ns.</summary>
    TimeOffset,

    /// <summary><c>unix:</c> and the path of a socket.</summary>
    UnixSocket,

    /// <summary>A network interface of at most 15 bytes.</summary>
    Interface,

    /// <summary>A hardware address of six bytes; x stands for a random digit.</summary>
    HardwareAddress,

    /// <summary>A VLAN number from 0 to 4095.</summary>
    Vlan,

    /// <summary>A VLAN number, or <c>none</c>.</summary>
    VlanOrNone,

    /// <summary>address[/prefix] [broadcast].</summary>
    IPv4Address,

    /// <summary>An address, <c>auto</c> or <c>dev</c>.</summary>
    IPv4Gateway,

    /// <summary>address/prefix.</summary>
    IPv4Route,

    /// <summary>address[/prefix].</summary>
    IPv6Address,

    /// <summary>An address, <c>auto</c> or <c>dev</c>.</summary>
    IPv6Gateway,

    /// <summary>address/prefix.</summary>
    IPv6Route,
}

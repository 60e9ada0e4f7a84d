using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Devices;

namespace LxcPS;

/// <summary>The kinds of devices.</summary>
public enum LxcDeviceType
{
    /// <summary>A character device.</summary>
    Character,

    /// <summary>A block device.</summary>
    Block,

    /// <summary>All devices of both kinds: a rule.</summary>
    All,
}

/// <summary>A device that a container may use, or has.</summary>
public sealed class LxcDevice
{
    private readonly DeviceState state;

    internal LxcDevice(string name, string lxcPath, DeviceState state)
    {
        Name = name;
        LxcPath = lxcPath;
        this.state = state;
    }

    /// <summary>The container.</summary>
    public string Name { get; }

    /// <summary>The directory of containers that it is in.</summary>
    public string LxcPath { get; }

    /// <summary>The device's place in the container; null for a rule to which no node belongs.</summary>
    public string? Path => state.Path;

    /// <summary>Its kind.</summary>
    public LxcDeviceType Type => state.Type switch { 'b' => LxcDeviceType.Block, 'a' => LxcDeviceType.All, _ => LxcDeviceType.Character };

    /// <summary>Its major number; null for any.</summary>
    public int? Major => state.Major;

    /// <summary>Its minor number; null for any.</summary>
    public int? Minor => state.Minor;

    /// <summary>What the rules allow: letters of r, w and m, or nothing. Of a running container, those that the kernel has.</summary>
    public string Access => DeviceRule.AccessText(state.Access);

    /// <summary>Whether the rules allow anything.</summary>
    public bool IsAllowed => state.Access != DeviceAccess.None;

    /// <summary>Whether the configuration has it: a place that was added, or a rule.</summary>
    public bool IsConfigured => state.IsConfigured;

    /// <summary>Whether its node is in the running container; null where that cannot be said.</summary>
    public bool? IsPresent => state.IsPresent;

    /// <summary>The node of the host, where one was added.</summary>
    public string? Source => state.Source;

    /// <summary>The permission bits of the node in the running container, in octal.</summary>
    public string? Mode => state.Mode is { } mode ? Convert.ToString(mode, 8).PadLeft(4, '0') : null;

    /// <inheritdoc/>
    public override string ToString() => Path ?? $"{state.Type} {Number(Major)}:{Number(Minor)} {Access}";

    private static string Number(int? number) => number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "*";
}

namespace LxcPS.Engine.Configuration;

/// <summary>A row of <see cref="ConfigKeyTable"/>: what one key of lxc.container.conf(5) takes and means.</summary>
public sealed partial class ConfigKey
{
    internal ConfigKey(string name, ConfigValueKind kind, ConfigKeySupport support, string summary)
    {
        Name = name;
        Kind = kind;
        Support = support;
        Summary = summary;
    }

    /// <summary>The name, or a pattern: <c>[i]</c> stands for a number, a final <c>.*</c> for any name.</summary>
    public string Name { get; }

    /// <summary>What its value is.</summary>
    public ConfigValueKind Kind { get; }

    /// <summary>Whether each line adds a value; otherwise the last line counts.</summary>
    public bool IsList { get; internal init; }

    /// <summary>The values that there are, for kinds that are a choice; else empty.</summary>
    public IReadOnlyList<string> Choices { get; internal init; } = [];

    /// <summary>When a change takes effect on a container that runs.</summary>
    public ConfigKeyEffect Effect { get; internal init; }

    /// <summary>What this version does with it.</summary>
    public ConfigKeySupport Support { get; }

    /// <summary>What LXC's monitor answers for the key where it is not set; null for nothing.</summary>
    internal string? Unset => Name switch
    {
        "lxc.autodev" or "lxc.rootfs.managed" => "1",
        "lxc.monitor.signal.pdeath" => "9",
        "lxc.hook.version" => "0",
        // Where it is not set, a policy of ours is added; LXC's is not.
        "lxc.seccomp.allow_nesting" => null,
        _ => !IsPattern && !Name.StartsWith(ConfigKeys.OwnPrefix, StringComparison.Ordinal) && Kind is ConfigValueKind.Flag or ConfigValueKind.Number or ConfigValueKind.Integer or ConfigValueKind.Signal
            or ConfigValueKind.Size or ConfigValueKind.BufferSize ? "0" : null,
    };

    /// <summary>Whether a start takes it: served, or accepted without effect.</summary>
    public bool IsServed => Support != ConfigKeySupport.Unserved;

    /// <summary>One line of documentation.</summary>
    public string Summary { get; }

    /// <summary>Whether the name stands for several keys.</summary>
    public bool IsPattern => Name.EndsWith(".*", StringComparison.Ordinal) || Name.Contains("[i]");

    /// <summary>Whether one line can hold several values with blanks between them.</summary>
    public bool HasWords => Kind is ConfigValueKind.Words or ConfigValueKind.Choices or ConfigValueKind.Capabilities or ConfigValueKind.AutoMounts;

    /// <summary>The name with the number of an interface that the beginning of a key has; 0 where it has none.</summary>
    public string NameFor(string typed) => ConfigKeyTable.WithNumberOf(Name, typed);

    /// <summary>Why a value cannot be this key's, as the end of a sentence; null where it can. The empty value clears and always can.</summary>
    public string? Validate(string value) => ConfigValidator.Reason(this, value);

    /// <summary>Whether this version serves the key with this value: the empty one, which takes the key back, always.</summary>
    public bool Serves(string value) => value.Length == 0 || IsServed;
}

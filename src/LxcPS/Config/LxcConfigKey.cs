using LxcPS.Engine.Configuration;

namespace LxcPS;

/// <summary>A key of lxc.container.conf(5): what it takes and means.</summary>
public sealed class LxcConfigKey
{
    private readonly ConfigKey row;

    internal LxcConfigKey(ConfigKey row) => this.row = row;

    /// <summary>The name, or a pattern: [i] stands for a number, a final .* for any name.</summary>
    public string Key => row.Name;

    /// <summary>What its value is.</summary>
    public ConfigValueKind Type => row.Kind;

    /// <summary>Whether each line adds a value; otherwise the last line counts.</summary>
    public bool IsList => row.IsList;

    /// <summary>The values that there are, where they are a choice; else empty.</summary>
    public string[] Choices => [.. row.Choices];

    /// <summary>When a change takes effect on a container that runs.</summary>
    public ConfigKeyEffect Effect => row.Effect;

    /// <summary>What this version does with it.</summary>
    public ConfigKeySupport Support => row.Support;

    /// <summary>One line of documentation.</summary>
    public string Summary => row.Summary;

    /// <inheritdoc/>
    public override string ToString() => Key;
}

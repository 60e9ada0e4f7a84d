namespace LxcPS;

/// <summary>The content of a control group file of a container.</summary>
public sealed class LxcCgroupValue
{
    internal LxcCgroupValue(string name, string lxcPath, string key, string value)
    {
        Name = name;
        LxcPath = lxcPath;
        Key = key;
        Value = value;
    }

    /// <summary>The container.</summary>
    public string Name { get; }

    /// <summary>The directory of containers that it is in.</summary>
    public string LxcPath { get; }

    /// <summary>The file.</summary>
    public string Key { get; }

    /// <summary>What the kernel has in it.</summary>
    public string Value { get; }

    /// <inheritdoc/>
    public override string ToString() => Value;
}

namespace LxcPS;

/// <summary>An AppArmor profile for containers, as it was when the object was made.</summary>
public sealed class LxcProfile : IComparable<LxcProfile>, IComparable
{
    internal LxcProfile(string name) => Name = name;

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>What the kernel does with it: enforce, complain, kill or unconfined; null when it is not loaded or that cannot be known.</summary>
    public string? Mode { get; internal init; }

    /// <summary>Whether the kernel has it.</summary>
    public bool IsLoaded => Mode is not null;

    /// <summary>The file that defines it, or null.</summary>
    public string? Path { get; internal init; }

    /// <summary>Whether it is made for one container from its configuration.</summary>
    public bool IsGenerated { get; internal init; }

    /// <summary>The containers that are started with it.</summary>
    public string[] Containers { get; internal init; } = [];

    /// <summary>Its text: that of New-LxcProfile, or what its file holds; null where there is no file.</summary>
    public string? Source { get; internal init; }

    /// <inheritdoc/>
    public int CompareTo(LxcProfile? other) => string.CompareOrdinal(Name, other?.Name);

    /// <inheritdoc/>
    public int CompareTo(object? obj) => CompareTo(obj as LxcProfile);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

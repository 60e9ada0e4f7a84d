namespace LxcPS.Engine.Confinement;

/// <summary>What an item that is tried under a profile is.</summary>
public enum ProfileItemKind
{
    /// <summary>A path: opened, or its program asked for.</summary>
    Path,

    /// <summary>A mount.</summary>
    Mount,

    /// <summary>A capability.</summary>
    Capability,
}

/// <summary>Something that was tried under an AppArmor profile, and what the kernel answered.</summary>
public sealed class ProfileAccess
{
    /// <summary>The container, or null where a profile was tried by its name.</summary>
    public string? Container { get; init; }

    /// <summary>The label that it was tried under.</summary>
    public required string Profile { get; init; }

    /// <summary>What was tried.</summary>
    public required ProfileItemKind Kind { get; init; }

    /// <summary>The path, the line of the mount, the name of the capability.</summary>
    public required string Item { get; init; }

    /// <summary>r, w or x of a path; else empty.</summary>
    public required string Access { get; init; }

    /// <summary>Whether the profile denies it: refused under it, and not without. Null where it could not be tried, or is refused in any case.</summary>
    public required bool? IsDenied { get; init; }

    /// <summary>The kernel's answer under the profile: empty, or the name and text of the error.</summary>
    public required string Error { get; init; }

    /// <summary>The kernel's answer without the profile.</summary>
    public required string ErrorWithout { get; init; }

    /// <summary>The rule that would permit it, by the kernel's log; null where that has nothing, as of <c>deny</c> rules.</summary>
    public string? Rule { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Item}{(Access.Length > 0 ? " " + Access : string.Empty)}: {(IsDenied == true ? "denied" : IsDenied == false ? "allowed" : "not known")}";
}

namespace LxcPS;

/// <summary>The rules that a profile begins with.</summary>
public enum ProfileBase
{
    /// <summary>Those that an unprivileged container's generated profile has.</summary>
    Container,

    /// <summary>Those that a privileged container's generated profile has.</summary>
    Privileged,

    /// <summary>None but signals.</summary>
    None,
}

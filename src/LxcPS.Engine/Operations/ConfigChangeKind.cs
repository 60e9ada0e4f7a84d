namespace LxcPS.Engine.Operations;

/// <summary>What a change does with the values of a configuration key.</summary>
public enum ConfigChangeKind
{
    /// <summary>They replace those that the key has.</summary>
    Set,

    /// <summary>They are added to those of a list.</summary>
    Add,

    /// <summary>They are taken from the key.</summary>
    Remove,
}

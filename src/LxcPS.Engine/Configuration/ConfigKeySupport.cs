namespace LxcPS.Engine.Configuration;

/// <summary>What this version does with a configuration key.</summary>
public enum ConfigKeySupport
{
    /// <summary>It is read and kept, but a start that would need it is refused.</summary>
    Unserved,

    /// <summary>It is taken without an effect on the start; the key's summary says so.</summary>
    Accepted,

    /// <summary>It has the effect that lxc.container.conf(5) describes.</summary>
    Served,
}

namespace LxcPS.Engine.Configuration;

/// <summary>When a change of a configuration key takes effect on a container that runs.</summary>
public enum ConfigKeyEffect
{
    /// <summary>At its next start: what runs keeps the configuration that it was started with.</summary>
    AtStart,

    /// <summary>When the key is needed, e.g. when the host starts or the container is removed: it is read from the file then.</summary>
    WhenUsed,

    /// <summary>At its next start, or at once where the change is made by Set-LxcCgroup or Add-LxcDevice, which tell the kernel too.</summary>
    Live,
}

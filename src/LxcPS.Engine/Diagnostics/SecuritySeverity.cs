namespace LxcPS.Engine.Diagnostics;

/// <summary>How far root of a container gets by something; each level has its points.</summary>
public enum SecuritySeverity
{
    /// <summary>Nowhere: 0 points.</summary>
    None,

    /// <summary>It learns or uses up something: 2 points.</summary>
    Low,

    /// <summary>A layer of protection is missing: 10 points.</summary>
    Medium,

    /// <summary>It reaches things of the host or of other containers: 25 points.</summary>
    High,

    /// <summary>It becomes root of the host: 60 points.</summary>
    Critical,
}

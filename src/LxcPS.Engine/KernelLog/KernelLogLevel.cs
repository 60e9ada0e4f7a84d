namespace LxcPS.Engine.KernelLog;

/// <summary>How grave a message is, see syslog(3).</summary>
public enum KernelLogLevel
{
    /// <summary>The system is unusable.</summary>
    Emergency,

    /// <summary>Something must be done at once.</summary>
    Alert,

    /// <summary>A critical condition.</summary>
    Critical,

    /// <summary>An error.</summary>
    Error,

    /// <summary>A warning; what a message without a priority has.</summary>
    Warning,

    /// <summary>Normal, but worth a look.</summary>
    Notice,

    /// <summary>Information.</summary>
    Information,

    /// <summary>For who looks for faults.</summary>
    Debug,
}

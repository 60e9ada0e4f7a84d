namespace LxcPS.Engine.LifeCycle;

/// <summary>How much a line of a log matters, in LXC's numbers.</summary>
internal enum LogLevel
{
    /// <summary>The finest.</summary>
    Trace,

    /// <summary>A step of a start.</summary>
    Debug,

    /// <summary>A state.</summary>
    Info,

    /// <summary>Something unusual.</summary>
    Notice,

    /// <summary>Something was left out.</summary>
    Warn,

    /// <summary>Something failed.</summary>
    Error,

    /// <summary>More than an error.</summary>
    Crit,

    /// <summary>Still more.</summary>
    Alert,

    /// <summary>The worst.</summary>
    Fatal,

    /// <summary>A level that no line has: nothing is written.</summary>
    NotSet,
}

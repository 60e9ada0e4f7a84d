namespace LxcPS.Engine.Configuration;

/// <summary>How bad a finding in a configuration is.</summary>
public enum ConfigSeverity
{
    /// <summary>The configuration is refused.</summary>
    Error,

    /// <summary>The configuration is read, but this version does not start a container with it.</summary>
    Warning,
}

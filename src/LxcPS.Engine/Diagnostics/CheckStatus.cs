namespace LxcPS.Engine.Diagnostics;

/// <summary>What a check of a container found.</summary>
public enum CheckStatus
{
    /// <summary>Nothing is in the way.</summary>
    Passed,

    /// <summary>The container starts, but with less than its configuration says, or at a risk.</summary>
    Warning,

    /// <summary>The container does not start.</summary>
    Failed,
}

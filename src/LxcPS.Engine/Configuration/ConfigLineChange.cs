namespace LxcPS.Engine.Configuration;

/// <summary>A line of a configuration that was changed.</summary>
/// <param name="Line">Its number before the change, counted from 1.</param>
/// <param name="Old">The line as it was.</param>
/// <param name="New">The line as it is; null where it is gone.</param>
public sealed record ConfigLineChange(int Line, string Old, string? New);

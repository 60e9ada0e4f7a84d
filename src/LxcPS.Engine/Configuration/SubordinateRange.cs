namespace LxcPS.Engine.Configuration;

/// <summary>A line of subuid(5) or subgid(5).</summary>
/// <param name="Owner">The user it is for: a name, or a number as text.</param>
/// <param name="First">The first id.</param>
/// <param name="Count">How many ids.</param>
public readonly record struct SubordinateRange(string Owner, uint First, uint Count);

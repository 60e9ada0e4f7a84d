namespace LxcPS.Engine.Configuration;

/// <summary>One effective setting of a configuration.</summary>
/// <param name="Key">The key as written, e.g. <c>lxc.net.0.type</c>.</param>
/// <param name="Value">The value without blanks and quotes round it.</param>
/// <param name="File">The file that says so: the configuration itself or one it includes.</param>
/// <param name="Line">The line of that file, counted from 1.</param>
public sealed record ConfigEntry(string Key, string Value, string File, int Line);

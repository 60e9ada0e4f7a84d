namespace LxcPS.Engine.Store;

/// <summary>One setting of lxc.system.conf(5) as it is in force.</summary>
/// <param name="Key">The key, e.g. <c>lxc.lxcpath</c>.</param>
/// <param name="Value">The value; null where it is not set and has no default.</param>
/// <param name="File">The file that says so; null for a default.</param>
/// <param name="Line">The line of that file, counted from 1; 0 for a default.</param>
public sealed record SystemSetting(string Key, string? Value, string? File, int Line);

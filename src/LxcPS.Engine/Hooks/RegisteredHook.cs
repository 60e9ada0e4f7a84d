namespace LxcPS.Engine.Hooks;

/// <summary>A hook that there is.</summary>
/// <param name="Container">The container; null for one of all containers of a directory.</param>
/// <param name="Event">When it runs.</param>
/// <param name="Name">The name that it was registered by; null for a line of a configuration that somebody wrote.</param>
/// <param name="Command">What is run: the value of the configuration's line, or the path of the script.</param>
/// <param name="Path">The script; null where it is none of ours.</param>
public sealed record RegisteredHook(string? Container, HookEvent Event, string? Name, string Command, string? Path);

using LxcPS.Native;

namespace LxcPS.Engine.Store;

/// <summary>Where the module keeps what is not of one container: images, seccomp policies.</summary>
internal static class DataDirectory
{
    /// <summary>The caller's: root's, or the user's own.</summary>
    internal static string Path => For(Processes.EffectiveUserId == 0, Environment.GetEnvironmentVariable("HOME"), Environment.GetEnvironmentVariable("XDG_DATA_HOME"));

    /// <summary>It, from what decides it.</summary>
    internal static string For(bool isRoot, string? home, string? dataHome) => isRoot ? "/var/lib/lxcps"
        : (string.IsNullOrEmpty(dataHome) ? (home ?? string.Empty).TrimEnd('/') + "/.local/share" : dataHome.TrimEnd('/')) + "/lxcps";
}

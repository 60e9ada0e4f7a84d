using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>The directory for what lasts as long as the machine runs: root's, or the user's own.</summary>
public static class RuntimeDirectory
{
    /// <summary>Its path; it need not exist.</summary>
    /// <exception cref="LxcException">HostUnsupported: neither XDG_RUNTIME_DIR nor HOME is set.</exception>
    public static string Path => Processes.EffectiveUserId == 0 ? "/run/lxcps" : ContainerLock.RuntimeDirectory + "/lxcps";
}

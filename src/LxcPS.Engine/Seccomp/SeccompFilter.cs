using LxcPS.Native;

namespace LxcPS.Engine.Seccomp;

/// <summary>Puts the calling process under a compiled policy.</summary>
public static class SeccompFilter
{
    /// <summary>
    /// Adds the filter to the caller, which must have one thread; it stays, and all programs it starts have it. A filter that is there
    /// already stays too: the stricter of both answers counts.
    /// </summary>
    /// <param name="program">What <see cref="SeccompCache.Load(string, Action{string}?)"/> gave.</param>
    /// <exception cref="LinuxException">The kernel refused: EACCES without CAP_SYS_ADMIN and no_new_privs, see seccomp(2).</exception>
    public static void Install(ReadOnlySpan<byte> program) => SystemCallFilter.Install(program);
}

using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Seccomp;

/// <summary>Puts the calling process under a compiled policy.</summary>
public static class SeccompFilter
{
    /// <summary>
    /// Adds the filter to the caller, which must have one thread; it stays, and all programs it starts have it. A filter that is there
    /// already stays too: the stricter of both answers counts.
    /// </summary>
    /// <param name="program">What <see cref="SeccompCache.Load(string, Action{string}, bool)"/> gave.</param>
    /// <exception cref="LinuxException">The kernel refused: EACCES without CAP_SYS_ADMIN and no_new_privs, see seccomp(2).</exception>
    public static void Install(ReadOnlySpan<byte> program) => SystemCallFilter.Install(program);

    /// <summary>What can be done where the kernel refuses a second listener.</summary>
    internal const string BusyAdvice = "Of the filters of a process one can leave calls to a monitor, and the session that starts the container is " +
        "under such a filter already: start it from elsewhere, or with a policy without notify and without its own kernel log.";

    /// <summary>The same; where the program leaves calls to the monitor, its listener goes to the other side.</summary>
    internal static void Install(ReadOnlySpan<byte> program, SetupChannel channel)
    {
        if (SystemCallFilter.Notifies(program))
        {
            SystemCallFilter.InstallWithListener(program, channel.Descriptor, (byte)SetupChannel.Kind.Listener);
        }
        else
        {
            SystemCallFilter.Install(program);
        }
    }
}

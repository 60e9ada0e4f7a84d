using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// Clones the one managed thread of a small native process as a new process that goes on in C#. Never called from pwsh: architecture,
/// "Why a monitor process".
/// </summary>
internal static class Forking
{
    /// <summary>Room for what the runtime may allocate between the start of the region and the child's end of it.</summary>
    private const long RegionSize = 240 * 1024;

    /// <summary>Starts a child that runs the action and ends with its result; returns its process id and pidfd.</summary>
    /// <param name="flags">CLONE_ flags without CLONE_VM.</param>
    /// <param name="cgroup">A cgroup v2 directory for the child to be born in, or -1.</param>
    /// <param name="child">Runs in the child; its result is the exit code. It must not throw: an exception there ends the child with 255.</param>
    internal static (int Pid, int Pidfd) Start(ulong flags, int cgroup, Func<int> child)
    {
        // No collection may run while the clone happens: the copy would have half of one, and nobody to finish it.
        bool region = GC.TryStartNoGCRegion(RegionSize);
        int pid;
        int pidfd;
        try
        {
            pid = Processes.Clone(flags, cgroup, out pidfd);
        }
        finally
        {
            if (region && System.Runtime.GCSettings.LatencyMode == System.Runtime.GCLatencyMode.NoGCRegion)
            {
                GC.EndNoGCRegion();
            }
        }

        if (pid == 0)
        {
            Processes.Exit(RunChild(child));
        }

        return (pid, pidfd);
    }

    private static int RunChild(Func<int> child)
    {
        try
        {
            return child();
        }
        catch (Exception e) when (e is LinuxException or LxcException)
        {
            // Standard error is all that is left to tell it on; a child reports through its own channel before it comes to this.
            Descriptors.Write(2, System.Text.Encoding.UTF8.GetBytes($"lxcps-monitor: {e.Message}\n"));
            return 255;
        }
    }
}

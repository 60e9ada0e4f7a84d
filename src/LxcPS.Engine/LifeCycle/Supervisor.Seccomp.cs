using LxcPS.Engine.KernelLog;
using LxcPS.Engine.Seccomp;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <content>System calls that the container's filter leaves to the monitor.</content>
public sealed partial class Supervisor
{
    /// <summary>What answers for them, or null where init's filter leaves none.</summary>
    internal SeccompNotifier? Notifier => notifier;

    /// <summary>The kernel log of the container, or null where it has none of its own.</summary>
    internal KernelLogServer? KernelLog => kernelLog;

    private void PrepareNotifier(byte[]? seccomp)
    {
        if (seccomp is null || !SystemCallFilter.Notifies(seccomp))
        {
            return;
        }

        string? proxy = plan.Config.Get("lxc.seccomp.notify.proxy") is { Length: > 0 } address ? address : null;
        kernelLog = plan.IsolateKernelLog ? new KernelLogServer(poll, OpenProgram) : null;
        notifier = SeccompNotifier.Create(poll, () => initPid, OpenProgram, proxy, plan.Config.Get("lxc.seccomp.notify.cookie") ?? string.Empty, kernelLog);
        undo.Push("seccomp listeners", CloseNotifier);

        // Where the kernel log is the container's own, the policy may leave no other call to anybody.
        if ((kernelLog is null || proxy is not null) && notifier.WhyUnanswered() is { } reason)
        {
            reporter.Warning($"The seccomp policy leaves system calls to another program, but {reason}: they are answered with ENOSYS until one does");
        }
    }

    private void CloseNotifier()
    {
        notifier?.Dispose();
        notifier = null;
        kernelLog = null;
    }
}

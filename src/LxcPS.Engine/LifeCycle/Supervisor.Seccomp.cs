using LxcPS.Engine.Seccomp;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <content>System calls that the container's filter leaves to the monitor.</content>
public sealed partial class Supervisor
{
    /// <summary>What answers for them, or null where init's filter leaves none.</summary>
    internal SeccompNotifier? Notifier => notifier;

    private void PrepareNotifier(byte[]? seccomp)
    {
        if (seccomp is null || !SystemCallFilter.Notifies(seccomp))
        {
            return;
        }

        string? proxy = plan.Config.Get("lxc.seccomp.notify.proxy") is { Length: > 0 } address ? address : null;
        notifier = SeccompNotifier.Create(poll, () => initPid, proxy, plan.Config.Get("lxc.seccomp.notify.cookie") ?? string.Empty, null);
        undo.Push("seccomp listeners", CloseNotifier);
        if (notifier.WhyUnanswered() is { } reason)
        {
            reporter.Warning($"The seccomp policy leaves system calls to another program, but {reason}: they are answered with ENOSYS until one does");
        }
    }

    private void CloseNotifier()
    {
        notifier?.Dispose();
        notifier = null;
    }
}

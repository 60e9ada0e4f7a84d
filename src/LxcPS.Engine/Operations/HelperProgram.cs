using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>The helper executable <c>lxcps-monitor</c>: what must be single-threaded runs in it (architecture: "Why a monitor process").</summary>
/// <param name="path">The path of the executable.</param>
public sealed class HelperProgram(string path)
{
    /// <summary>The path of the executable.</summary>
    public string Path { get; } = path;

    // What is executed: the program seen through a read-only mount of its own that is nowhere attached.
    private readonly Lazy<string?> readOnlyPath = new(() => Seal(path));

    // Not in the helper itself, which looks after a container with one of these and starts nothing ahead.
    private readonly Lazy<SpareHelpers> spare = new(() => new SpareHelpers());

    /// <summary>Starts it; the caller reaps it by the pidfd.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="descriptors">What it gets as descriptor 0 and on; -1 is /dev/null.</param>
    /// <param name="newSession">Whether it leaves the caller's terminal, and with it the terminal's signals.</param>
    /// <param name="variables">What it gets beside the caller's environment: NAME=value.</param>
    /// <exception cref="LxcException">MonitorFailed: it cannot be executed.</exception>
    internal int Start(IReadOnlyList<string> arguments, ReadOnlySpan<int> descriptors, bool newSession, IReadOnlyList<string>? variables = null)
    {
        try
        {
            int pid = Spawning.Start(readOnlyPath.Value ?? Path, ["lxcps-monitor", .. arguments], [.. variables ?? [], .. EnvironmentVariables.Own()], descriptors, newSession, blockSignals: true);

            // Nobody else reaps it, so the number cannot mean another process yet.
            return Processes.OpenPidfd(pid);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.MonitorFailed, $"The helper program '{Path}' cannot be started: {e.Message}", e)
            {
                Advice = e.Number is Errno.ENOENT or Errno.EACCES
                    ? "Install the module again, or build it: the module's folder must hold lxcps-monitor for this machine's architecture, executable."
                    : "See the limits of processes and open files of this session (ulimit).",
            };
        }
    }

    /// <summary>Takes one that stands ready, or starts it, in a session of its own.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="descriptors">What it gets as descriptor 0 and on; -1 is /dev/null, and comes before others.</param>
    /// <inheritdoc cref="Start"/>
    internal int StartReady(IReadOnlyList<string> arguments, ReadOnlySpan<int> descriptors)
    {
        if (spare.Value.TryGive(null, arguments, descriptors, null) is not { } helper)
        {
            return Start(arguments, descriptors, newSession: true);
        }

        helper.LetGo();
        return helper.Pidfd;
    }

    /// <summary>The same to enter a container: the helper that stood ready, which is to be given back or let go, or null and the pidfd of another.</summary>
    /// <param name="container">The container.</param>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="descriptors">What it gets as descriptor 0 and on; -1 is /dev/null, and comes before others.</param>
    /// <param name="variables">What it gets beside the caller's environment: NAME=value.</param>
    /// <exception cref="LxcException">MonitorFailed: it cannot be executed.</exception>
    internal (SpareHelper? Ready, int Pidfd) Enter(string container, IReadOnlyList<string> arguments, ReadOnlySpan<int> descriptors, IReadOnlyList<string> variables) =>
        spare.Value.TryGive(container, arguments, descriptors, variables) is { } helper ? (helper, helper.Pidfd)
            : (null, Start(arguments, descriptors, newSession: true, variables));

    /// <summary>Has a helper of <see cref="Enter"/> whose program has ended stand ready again.</summary>
    internal void TakeBack(SpareHelper helper) => spare.Value.TakeBack(helper);

    /// <summary>
    /// Starts the helper for the next call of a session that starts or enters containers again and again. To be called when the caller has what
    /// it asked for, which it does not have to share the processors with; it does not wait for this.
    /// </summary>
    internal void PrepareNext() => ThreadPool.UnsafeQueueUserWorkItem(static helper => helper.spare.Value.Prepare(helper), this, preferLocal: false);

    /// <summary>
    /// A path that leads to a program through a read-only mount, or null where the caller may not make one. A helper enters containers, and
    /// root of a privileged one can open the file that it was executed from (/proc/PID/exe): through this mount never for writing, also when
    /// no process runs it any more and the kernel would allow it.
    /// </summary>
    private static string? Seal(string path)
    {
        int mount = -1;
        try
        {
            mount = MountCalls.CloneTree(Descriptors.CurrentDirectory, path, recursive: false);
            MountCalls.SetAttributes(mount, MountCalls.MOUNT_ATTR_RDONLY, 0, name: path);

            // Out of the way of the descriptors that a helper is given, and open as long as the session is.
            return $"/proc/self/fd/{Descriptors.Duplicate(mount, 64)}";
        }
        catch (LinuxException)
        {
            // Whoever may not mount may not enter a privileged container either.
            return null;
        }
        finally
        {
            Descriptors.Close(mount);
        }
    }
}

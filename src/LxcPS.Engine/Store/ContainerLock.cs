using LxcPS.Native;

namespace LxcPS.Engine.Store;

/// <summary>
/// LXC's own lock on a container's directory: its tools and ours take turns by it. It is a lock of fcntl(2) on a file below the runtime
/// directory, so it goes with its holder, and the file stays: whoever removed it would leave two locks of one name.
/// </summary>
public sealed class ContainerLock : IDisposable
{
    private int fd;

    private ContainerLock(int fd, string path)
    {
        this.fd = fd;
        Path = path;
    }

    /// <summary>The lock file.</summary>
    public string Path { get; }

    /// <summary>The directory that LXC keeps locks below: /run for its owner, otherwise the user's.</summary>
    /// <exception cref="LxcException">HostUnsupported: neither XDG_RUNTIME_DIR nor HOME is set.</exception>
    public static string RuntimeDirectory
    {
        get
        {
            if (FileTree.TryStatus(Descriptors.CurrentDirectory, "/run", true, out FileStatus run)
                && (run.UserId == Processes.EffectiveUserId || run.GroupId == Processes.EffectiveGroupId))
            {
                return "/run";
            }

            if (Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime)
            {
                return runtime;
            }

            return Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home + "/.cache/lxc/run"
                : throw new LxcException(LxcErrorId.HostUnsupported, "There is no directory for lock files: neither XDG_RUNTIME_DIR nor HOME is set")
                {
                    Advice = "Log in as the user, or set XDG_RUNTIME_DIR.",
                };
        }
    }

    /// <summary>Takes the lock.</summary>
    /// <param name="lxcPath">The directory of containers, absolute.</param>
    /// <param name="name">The container.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes, zero not at all.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <exception cref="LxcException">ContainerBusy: another session had it all the time; PermissionDenied or StorageFailed.</exception>
    /// <exception cref="OperationCanceledException">The wait was stopped.</exception>
    public static ContainerLock Acquire(string lxcPath, string name, TimeSpan timeout, CancellationToken cancel = default) =>
        Acquire(RuntimeDirectory, lxcPath, name, timeout, cancel);

    /// <summary>The same, with the file below another directory.</summary>
    internal static ContainerLock Acquire(string runtimeDirectory, string lxcPath, string name, TimeSpan timeout, CancellationToken cancel)
    {
        string directory = $"{runtimeDirectory}/lxc/lock/{lxcPath.TrimStart('/')}";
        string path = $"{directory}/.{name}";
        int fd = -1;
        try
        {
            FileTree.MakeDirectories(directory, 0x1ED /* 0755 */);
            int flags = OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.NoFollow | OpenFlags.NoControllingTerminal;
            fd = Descriptors.Open(path, flags, 0x180 /* 0600 */);
            if (!FileLocks.TryLock(fd, path))
            {
                Wait(ref fd, path, name, timeout, cancel);
            }

            ContainerLock taken = new(fd, path);
            fd = -1;
            return taken;
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The lock of container '{DisplayText.Of(name)}' cannot be taken", name);
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose() => Descriptors.CloseOnce(ref fd);

    // The kernel has no wait for a lock that ends by itself. A thread waits in the kernel's queue, where no one is passed over as with asking
    // again and again; the one that gives up leaves it the descriptor, and it closes that as soon as the lock comes.
    private static void Wait(ref int fd, string path, string name, TimeSpan timeout, CancellationToken cancel)
    {
        if (timeout != TimeSpan.Zero)
        {
            Waiter waiter = new(fd, path);
            fd = -1;
            fd = waiter.Wait(timeout, cancel);
        }

        if (timeout == TimeSpan.Zero || fd < 0)
        {
            throw new LxcException(LxcErrorId.ContainerBusy, timeout == TimeSpan.Zero
                ? $"Container '{DisplayText.Of(name)}' is being changed by another session"
                : $"Container '{DisplayText.Of(name)}' was being changed by another session for {timeout.TotalSeconds:0.#} s")
            {
                ContainerName = name,
                Path = path,
                Advice = "Try again when that session has done.",
            };
        }
    }

    private sealed class Waiter(int fd, string path)
    {
        private const int Waiting = 0;
        private const int Ended = 1;
        private const int Abandoned = 2;

        private readonly ManualResetEventSlim done = new();
        private LinuxException? error;
        private int state;

        // The descriptor with the lock, or -1 when the time is over.
        internal int Wait(TimeSpan timeout, CancellationToken cancel)
        {
            new Thread(Run, 128 * 1024) { IsBackground = true, Name = "LxcPS lock" }.Start();
            try
            {
                done.Wait(timeout.TotalMilliseconds > int.MaxValue ? Timeout.InfiniteTimeSpan : timeout, cancel);
            }
            catch (OperationCanceledException)
            {
                if (!Abandon() && error is null)
                {
                    Descriptors.Close(fd);
                }

                throw;
            }

            return Abandon() ? -1 : error is null ? fd : throw error;
        }

        private bool Abandon() => Interlocked.CompareExchange(ref state, Abandoned, Waiting) == Waiting;

        private void Run()
        {
            try
            {
                FileLocks.Lock(fd, path);
            }
            catch (LinuxException e)
            {
                error = e;
            }

            // Who is second of the two closes what nobody wants.
            bool wanted = Interlocked.CompareExchange(ref state, Ended, Waiting) == Waiting;
            if (!wanted || error is not null)
            {
                Descriptors.Close(fd);
            }

            done.Set();
        }
    }
}

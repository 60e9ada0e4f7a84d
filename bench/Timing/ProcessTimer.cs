using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;
using LxcPS.Native;

namespace LxcPS.Timing;

/// <summary>
/// Times whole processes: posix_spawn to the end of the process, without what a shell adds to a native command. The processes may have
/// a view of the host of their own, a mount namespace that only the thread that starts them is in: what a peer needs changed on the
/// host is changed there alone.
/// </summary>
public sealed class ProcessTimer : IDisposable
{
    private readonly BlockingCollection<Action> work = [];
    private readonly Thread thread;
    private readonly int log;
    private readonly List<string> environment = [];

    /// <summary>Starts the thread.</summary>
    /// <param name="logPath">The file that gets what the processes write.</param>
    /// <param name="replaced">Files of the host and the files that stand in their place in the view, or null.</param>
    /// <param name="hidden">Mounts of the host that the view has not, or null.</param>
    public ProcessTimer(string logPath, IDictionary? replaced, string[]? hidden)
    {
        log = Descriptors.Open(logPath, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append, 0b110_100_100);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            environment.Add($"{variable.Key}={variable.Value}");
        }

        thread = new Thread(Serve) { IsBackground = true, Name = "LxcPS timing" };
        thread.Start();
        if (replaced is { Count: > 0 } || hidden is { Length: > 0 })
        {
            Call(() => EnterView(replaced ?? new Hashtable(), hidden ?? []));
        }
    }

    /// <summary>Runs a program to its end and returns the milliseconds that it took.</summary>
    /// <exception cref="InvalidOperationException">It ended with another exit code than 0.</exception>
    public double Run(string path, string[] arguments)
    {
        string[] all = [Path.GetFileName(path), .. arguments];
        double time = 0;
        int exitCode = 0;
        Call(() =>
        {
            long start = Stopwatch.GetTimestamp();
            int pidfd = Processes.OpenPidfd(Spawning.Start(path, all, environment, [-1, log, log], newSession: false));
            exitCode = Processes.Wait(pidfd).ExitCode;
            time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            Descriptors.Close(pidfd);
        });
        return exitCode == 0 ? time : throw new InvalidOperationException($"'{path} {string.Join(' ', arguments)}' ended with {exitCode}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        work.CompleteAdding();
        thread.Join();
        Descriptors.Close(log);
    }

    private static void EnterView(IDictionary replaced, string[] hidden)
    {
        Processes.Unshare(Processes.CLONE_NEWNS);
        MountCalls.SetPropagation("/", MountCalls.PropagationPrivate, recursive: true);
        foreach (string path in hidden)
        {
            MountCalls.Detach(path);
        }

        foreach (DictionaryEntry pair in replaced)
        {
            string target = (string)pair.Key;
            int source = MountCalls.CloneTree(-100 /* AT_FDCWD: the paths are absolute */, pair.Value!.ToString()!, recursive: false);
            int place = Descriptors.OpenPath(target);
            MountCalls.Move(source, place, target);
            Descriptors.Close(place);
            Descriptors.Close(source);
        }
    }

    private void Serve()
    {
        foreach (Action action in work.GetConsumingEnumerable())
        {
            action();
        }
    }

    private void Call(Action action)
    {
        TaskCompletionSource done = new();
        work.Add(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        done.Task.GetAwaiter().GetResult();
    }
}

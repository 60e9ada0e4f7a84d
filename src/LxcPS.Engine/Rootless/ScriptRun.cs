using System.Text;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Rootless;

/// <summary>
/// Runs a template script as lxc-create(1) does, in namespaces of its own: what it mounts goes with it, and so does all that it has started. For an
/// unprivileged container of root's it is root of a user namespace to which the container's directory is mounted with ids mapped, so that what it
/// makes has ordinary owners on the disk, as the mount of the root file system wants it, and nothing else of the host is its own.
/// </summary>
/// <param name="request">What is asked.</param>
/// <param name="reporter">Told what it writes.</param>
internal sealed class ScriptRun(MappedRequest request, Reporter reporter)
{
    private const int ToldLines = 6;

    /// <summary>Runs it; the result is the exit code of the child that does.</summary>
    /// <exception cref="LxcException">NamespaceFailed or IdMapFailed.</exception>
    internal int Run() => request.Maps.Count > 0
        ? MappedChild.Run(request.Maps, request.MapsOwners ? request.Directory : null, mount => Guard(() =>
        {
            // The change clears the signal by which this process ends with its parent.
            Processes.SetIdentity(0, 0, []);
            Processes.SetParentDeathSignal(9);
            Processes.Unshare(Processes.CLONE_NEWNS);
            MountCalls.SetPropagation("/", MountCalls.PropagationPrivate, recursive: true);
            return RunChild(mount);
        }), reporter.Descriptor)
        : MappedChild.RunWithMounts(() => Guard(() => RunChild(-1)), reporter.Descriptor);

    private int Guard(Func<int> work) => reporter.Guard(work, e => Failed($"cannot be run: {e.Message}", "See that its interpreter is there and that it is executable."));

    private int RunChild(int mount)
    {
        if (mount >= 0)
        {
            MountCalls.Attach(mount, request.Directory);
        }

        // Scripts look at /proc/self, which is another's in the host's /proc.
        MountCalls.Attach(MountCalls.Make("proc", "proc", [], 0), "/proc");
        return RunScript();
    }

    private int RunScript()
    {
        string script = request.Template!;
        List<string> arguments = [script, "--path=" + request.Directory, "--name=" + request.Name, $"--rootfs={request.Directory}/rootfs", .. request.Arguments];
        uint owner = 0;
        if (request.Maps.Count > 0)
        {
            // The id, as it sees it, of who owns the container's directory.
            owner = request.MapsOwners ? 0 : request.Maps[^1].ContainerId;
            arguments.AddRange(["--mapped-uid", owner.ToString(), "--mapped-gid", owner.ToString()]);
        }

        (int output, int end) = Descriptors.Pipe();
        int pidfd = Processes.OpenPidfd(Spawning.Start(script, arguments, EnvironmentVariables.Own(), [-1, end, end], newSession: true));
        Descriptors.Close(end);
        string last = ReadOutput(output, pidfd);
        ExitStatus exit = Processes.Wait(pidfd);
        if (exit.ExitCode != 0)
        {
            throw Failed($"ended with {exit.ExitCode}: {(last.Length > 0 ? last : "it gave no reason")}", "See its output with -Verbose, and what arguments it takes: -TemplateArgument '--help'.");
        }

        if (owner != 0)
        {
            // Whoever made it anew, its user has to read it.
            FileTree.ChangeOwner(Descriptors.CurrentDirectory, $"{request.Directory}/config", owner, owner);
        }

        return 0;
    }

    // To the end of the script, whatever it leaves running. The last lines of it.
    private string ReadOutput(int output, int pidfd)
    {
        List<byte> pending = [];
        Queue<string> last = [];
        byte[] buffer = new byte[4096];
        while (true)
        {
            (Readiness readable, Readiness ended) = Polling.Wait(output, Readiness.Readable, pidfd, Readiness.Readable, -1);
            int count = readable != Readiness.None ? Descriptors.Read(output, buffer) : 0;
            if (count <= 0 && (ended != Readiness.None || readable != Readiness.None))
            {
                Take(Encoding.UTF8.GetString(pending.ToArray()));
                return string.Join("; ", last);
            }

            foreach (byte part in buffer.AsSpan(0, Math.Max(0, count)))
            {
                if (part != '\n')
                {
                    pending.Add(part);
                    continue;
                }

                Take(Encoding.UTF8.GetString(pending.ToArray()));
                pending.Clear();
            }
        }

        void Take(string line)
        {
            string text = DisplayText.Of(line.TrimEnd());
            if (text.Length > 0)
            {
                reporter.Fields(MappedHelper.OutputKind, text);
                last.Enqueue(text);
                while (last.Count > ToldLines)
                {
                    last.Dequeue();
                }
            }
        }
    }

    private LxcException Failed(string what, string advice) => new(LxcErrorId.TemplateFailed, $"The template script '{DisplayText.Of(request.Template!)}' {what}")
    {
        ContainerName = request.Name,
        Step = "template",
        Path = request.Template,
        Advice = advice,
    };
}

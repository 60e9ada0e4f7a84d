using System.Collections;
using System.Text;
using LxcPS.Engine.Configuration;
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
    internal int Run()
    {
        (int ours, int theirs) = LocalSockets.Pair();
        using SetupChannel channel = new(ours);
        using SetupChannel childEnd = new(theirs);
        ulong space = request.Maps.Count > 0 ? Processes.CLONE_NEWUSER : 0;
        int pid;
        int pidfd;
        try
        {
            (pid, pidfd) = Forking.Start(space | Processes.CLONE_NEWPID | Processes.CLONE_NEWNS, -1, () =>
            {
                Descriptors.Close(ours);
                Processes.SetParentDeathSignal(9);
                return reporter.Guard(() => RunChild(childEnd), e => Failed($"cannot be run: {e.Message}", "See that its interpreter is there and that it is executable."));
            });
        }
        catch (LinuxException e)
        {
            throw MappedChild.Refused(e);
        }

        int mount = -1;
        try
        {
            if (request.Maps.Count > 0)
            {
                IdMapWriter.Write(pid, request.Maps);
            }

            mount = request.IsIdMapped ? MapDirectory(pid) : -1;
            channel.Send(SetupChannel.Kind.Maps, descriptors: mount < 0 ? [] : [mount]);

            // Where the session is gone there is nobody to make it for.
            if (Polling.Wait(pidfd, Readiness.Readable, reporter.Descriptor, Readiness.None, -1).Second != Readiness.None)
            {
                Processes.Signal(pidfd, 9);
            }

            return Processes.Wait(pidfd).ExitCode;
        }
        catch
        {
            Processes.Signal(pidfd, 9);
            Processes.Wait(pidfd);
            throw;
        }
        finally
        {
            Descriptors.Close(mount);
            Descriptors.Close(pidfd);
        }
    }

    private int MapDirectory(int pid)
    {
        int userNamespace = Descriptors.Open($"/proc/{pid}/ns/user", OpenFlags.ReadOnly);
        int mount = -1;
        try
        {
            mount = MountCalls.CloneTree(Descriptors.CurrentDirectory, request.Directory, recursive: false);
            MountCalls.SetAttributes(mount, MountCalls.MOUNT_ATTR_IDMAP, 0, name: request.Directory, userNamespace: userNamespace);
            return mount;
        }
        catch
        {
            Descriptors.Close(mount);
            throw;
        }
        finally
        {
            Descriptors.Close(userNamespace);
        }
    }

    private int RunChild(SetupChannel channel)
    {
        Span<int> mounts = stackalloc int[1];
        channel.Expect(SetupChannel.Kind.Maps, mounts, out int received);
        if (request.Maps.Count > 0)
        {
            // The change clears the signal by which this process ends with its parent.
            Processes.SetIdentity(0, 0, []);
            Processes.SetParentDeathSignal(9);
        }

        MountCalls.SetPropagation("/", MountCalls.PropagationSlave, recursive: true);
        if (received == 1)
        {
            Attach(mounts[0], request.Directory);
        }

        // Scripts look at /proc/self, which is another's in the host's /proc.
        Attach(MountCalls.Make("proc", "proc", [], 0), "/proc");
        return RunScript();
    }

    private static void Attach(int mount, string path)
    {
        int target = Descriptors.OpenPath(path, directory: true);
        MountCalls.Move(mount, target, path);
        Descriptors.Close(target);
        Descriptors.Close(mount);
    }

    private int RunScript()
    {
        string script = request.Template!;
        List<string> arguments = [script, "--path=" + request.Directory, "--name=" + request.Name, $"--rootfs={request.Directory}/rootfs", .. request.Arguments];
        uint owner = 0;
        if (request.Maps.Count > 0)
        {
            // The id, as it sees it, of who owns the container's directory.
            owner = request.IsIdMapped ? 0 : request.Maps[^1].ContainerId;
            arguments.AddRange(["--mapped-uid", owner.ToString(), "--mapped-gid", owner.ToString()]);
        }

        (int output, int end) = Descriptors.Pipe();
        List<string> environment = [];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            environment.Add($"{variable.Key}={variable.Value}");
        }

        int pidfd = Processes.OpenPidfd(Spawning.Start(script, arguments, environment, [-1, end, end], newSession: true));
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

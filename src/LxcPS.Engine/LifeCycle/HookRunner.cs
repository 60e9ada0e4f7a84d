using System.Text;
using LxcPS.Engine.Network;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>Runs the programs of <c>lxc.hook.*</c> and of <c>lxc.net.N.script.*</c> with LXC's contract; see lxc.container.conf(5), "CONTAINER HOOKS".</summary>
internal static class HookRunner
{
    private const int MaximumOutput = 4096;

    /// <summary>Whether there are hooks of a kind.</summary>
    internal static bool Has(LaunchPlan plan, string type) => plan.Config.GetAll("lxc.hook." + type).Count > 0;

    /// <summary>Runs all hooks of a kind in order; the first that fails is an error that carries its output.</summary>
    /// <param name="plan">The container.</param>
    /// <param name="type">The kind without <c>lxc.hook.</c>, e.g. <c>pre-start</c>.</param>
    /// <param name="inContainer">Whether the caller is the child.</param>
    /// <param name="extra">More variables of the environment: NAME=value.</param>
    /// <param name="abandoned">A pipe whose reader ends the hook by going away, or -1.</param>
    internal static void Run(LaunchPlan plan, string type, bool inContainer = false, IReadOnlyList<string>? extra = null, int abandoned = -1)
    {
        IReadOnlyList<string> hooks = plan.Config.GetAll("lxc.hook." + type);
        if (hooks.Count == 0)
        {
            return;
        }

        bool byEnvironment = plan.Config.Get("lxc.hook.version") == "1";
        List<string> environment = EnvironmentOf(plan, type, byEnvironment);
        environment.AddRange(extra ?? []);
        foreach (string hook in hooks)
        {
            // Version 0 gives name, section and kind as arguments; a shell splits the hook's own, as liblxc has it.
            string command = byEnvironment ? $"exec {hook}" : $"exec {hook} {Quoted(plan.Name)} lxc {type}";
            RunOne(plan, type + " hook", "lxc.hook." + type, hook, command, environment, abandoned,
                inContainer ? "The hook runs in the container's mount namespace: see that it finds what it needs there." : "Run the hook by hand to see why.");
        }
    }

    private static void RunOne(
        LaunchPlan plan, string step, string key, string program, string command, IReadOnlyList<string> environment, int abandoned, string advice)
    {
        ExitStatus exit = RunShell(command, environment, abandoned, out string output);
        if (exit.ExitCode != 0)
        {
            string end = exit.Signaled ? $"was ended by signal {exit.Value}" : $"ended with {exit.Value}";
            throw new LxcException(LxcErrorId.HookFailed, $"The {step} '{program}' {end}{(output.Length == 0 ? string.Empty : ": " + output.Trim())}")
            {
                ContainerName = plan.Name,
                Step = step,
                ConfigKey = key,
                Advice = advice,
            };
        }
    }

    /// <summary>Runs the up or down script of a network device, if it has one; a failure is an error that carries its output.</summary>
    internal static void RunNetworkScript(LaunchPlan plan, HostLink link, bool up, int abandoned = -1)
    {
        NetworkDevice device = link.Device;
        string? script = up ? device.UpScript : device.DownScript;
        if (script is null)
        {
            return;
        }

        string name = up ? "up" : "down";
        string type = device.Type.ToString().ToLowerInvariant();
        bool byEnvironment = plan.Config.Get("lxc.hook.version") == "1";
        List<string> environment = EnvironmentOf(plan, name, byEnvironment);
        string command = $"exec {script}";
        if (byEnvironment)
        {
            environment.Remove("LXC_HOOK_SECTION=lxc");
            environment.AddRange(["LXC_HOOK_SECTION=net", $"LXC_NET_TYPE={type}", $"LXC_NET_PARENT={device.Link}"]);
            if (link.Name is not null)
            {
                environment.Add($"LXC_NET_PEER={link.Name}");
            }
        }
        else
        {
            // As LXC has it: the type, then the link, then the host's end of a pair.
            command += $" {Quoted(plan.Name)} net {name} {type}{(device.Link is null ? string.Empty : " " + Quoted(device.Link))}{(link.Name is null ? string.Empty : " " + Quoted(link.Name))}";
        }

        RunOne(plan, name + " script", device.KeyOf("script." + name), script, command, environment, abandoned, "Run the script by hand to see why.");
    }

    // A container's name may hold what a shell would act on.
    private static string Quoted(string text) => $"'{text.Replace("'", @"'\''")}'";

    private static List<string> EnvironmentOf(LaunchPlan plan, string type, bool byEnvironment)
    {
        List<string> environment =
        [
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            $"LXC_NAME={plan.Name}",
            $"LXC_CONFIG_FILE={plan.Config.Path}",
            $"LXC_ROOTFS_MOUNT={plan.RootfsMount}",
            $"LXC_ROOTFS_PATH={plan.Rootfs?.Directory}",
            $"LXC_CGNS_AWARE={(plan.CgroupNamespace ? 1 : 0)}",
            "LXC_LOG_LEVEL=ERROR",
            $"LXC_CONSOLE_LOGPATH={plan.ConsoleLog}",
        ];
        if (byEnvironment)
        {
            environment.AddRange([$"LXC_HOOK_TYPE={type}", "LXC_HOOK_SECTION=lxc", "LXC_HOOK_VERSION=1"]);
        }

        EnvironmentVariables.Add(environment, plan.Config, ["lxc.environment", "lxc.environment.hooks"]);

        return environment;
    }

    private static ExitStatus RunShell(string command, IReadOnlyList<string> environment, int abandoned, out string output)
    {
        (int read, int write) = Descriptors.Pipe();
        try
        {
            (int pid, int pidfd) = Forking.Start(0, -1, () =>
            {
                SignalHandling.ResetAll();
                Processes.NewSession();
                Descriptors.DuplicateTo(write, 1);
                Descriptors.DuplicateTo(write, 2);
                Processes.Execute("/bin/sh", ["sh", "-c", command], environment);
                return 127;
            });
            Descriptors.Close(write);
            write = -1;
            Descriptors.SetNonBlocking(read, true);
            output = ReadOutput(read, pid, pidfd, abandoned);
            ExitStatus exit = Processes.Wait(pidfd);
            Descriptors.Close(pidfd);
            return exit;
        }
        finally
        {
            Descriptors.Close(read);
            Descriptors.Close(write);
        }
    }

    // Until the hook ends, not until its pipe does: what it leaves running in the background may keep that open.
    private static string ReadOutput(int pipe, int pid, int pidfd, int abandoned)
    {
        byte[] buffer = new byte[MaximumOutput];
        int length = 0;
        using PollSet poll = new();
        poll.Add(pipe, Readiness.Readable);
        poll.Add(pidfd, Readiness.Readable);
        if (abandoned >= 0)
        {
            poll.Add(abandoned, Readiness.None);
        }

        Span<(int Fd, Readiness Ready)> ready = new (int, Readiness)[3];
        bool open = true;
        while (true)
        {
            bool ended = false;
            int count = poll.Wait(ready, -1);
            for (int i = 0; i < count; i++)
            {
                ended |= ready[i].Fd == pidfd;
                if (ready[i].Fd == abandoned)
                {
                    Processes.SignalProcess(-pid, 9);
                    poll.Remove(abandoned);
                }
            }

            if (open && !Drain(pipe, buffer, ref length))
            {
                open = false;
                poll.Remove(pipe);
            }

            if (ended)
            {
                return Encoding.UTF8.GetString(buffer, 0, length);
            }
        }
    }

    // What goes beyond the limit is read all the same: a hook must not wait for a full pipe. False at the end of the pipe.
    private static bool Drain(int pipe, byte[] buffer, ref int length)
    {
        Span<byte> rest = stackalloc byte[512];
        while (true)
        {
            int count = Descriptors.Read(pipe, length < buffer.Length ? buffer.AsSpan(length) : rest);
            if (count <= 0)
            {
                return count != 0;
            }

            length = Math.Min(buffer.Length, length + count);
        }
    }
}

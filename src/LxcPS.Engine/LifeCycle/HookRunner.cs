using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>Runs the programs of <c>lxc.hook.*</c> and of <c>lxc.net.N.script.*</c> with LXC's contract; see lxc.container.conf(5), "CONTAINER HOOKS".</summary>
internal static class HookRunner
{
    private const int MaximumOutput = 4096;

    /// <summary>Runs all hooks of a kind in order; the first that fails is an error that carries its output.</summary>
    /// <param name="plan">The container.</param>
    /// <param name="type">The kind without <c>lxc.hook.</c>, e.g. <c>pre-start</c>.</param>
    /// <param name="inContainer">Whether the caller is the child.</param>
    /// <param name="extra">More variables of the environment: NAME=value.</param>
    internal static void Run(LaunchPlan plan, string type, bool inContainer = false, IReadOnlyList<string>? extra = null)
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
            string command = byEnvironment ? $"exec {hook}" : $"exec {hook} {plan.Name} lxc {type}";
            ExitStatus exit = RunShell(command, environment, out string output);
            if (exit.ExitCode != 0)
            {
                string end = exit.Signaled ? $"was ended by signal {exit.Value}" : $"ended with {exit.Value}";
                throw new LxcException(LxcErrorId.HookFailed,
                    $"The {type} hook '{hook}' {end}{(output.Length == 0 ? string.Empty : ": " + output.Trim())}")
                {
                    ContainerName = plan.Name,
                    Step = type + " hook",
                    ConfigKey = "lxc.hook." + type,
                    Advice = inContainer ? "The hook runs in the container's mount namespace: see that it finds what it needs there." : "Run the hook by hand to see why.",
                };
            }
        }
    }

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

        foreach (string value in plan.Config.GetAll("lxc.environment.hooks"))
        {
            environment.Add(value);
        }

        return environment;
    }

    private static ExitStatus RunShell(string command, IReadOnlyList<string> environment, out string output)
    {
        (int read, int write) = Descriptors.Pipe();
        try
        {
            (_, int pidfd) = Forking.Start(0, -1, () =>
            {
                SignalHandling.ResetAll();
                Descriptors.DuplicateTo(write, 1);
                Descriptors.DuplicateTo(write, 2);
                Processes.Execute("/bin/sh", ["sh", "-c", command], environment);
                return 127;
            });
            Descriptors.Close(write);
            write = -1;
            output = ReadOutput(read);
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

    private static string ReadOutput(int pipe)
    {
        byte[] buffer = new byte[MaximumOutput];
        byte[] rest = new byte[1024];
        int length = 0;
        while (true)
        {
            // What goes beyond the limit is read all the same: a hook must not wait for a full pipe.
            int count = length < buffer.Length ? Descriptors.Read(pipe, buffer.AsSpan(length)) : Descriptors.Read(pipe, rest);
            if (count <= 0)
            {
                return Encoding.UTF8.GetString(buffer, 0, length);
            }

            length = Math.Min(buffer.Length, length + count);
        }
    }
}

using LxcPS.Engine.Configuration;
using LxcPS.Engine.Hooks;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <content>The hooks that the monitor runs.</content>
public sealed partial class Supervisor
{
    /// <summary>Where a pre-start hook writes settings for this start: key=value, a line each.</summary>
    private const string SettingsVariable = "LXCPS_START_SETTINGS=/proc/self/fd/3";

    private readonly List<(string Type, int Fd)> namespaces = [];
    private int lastInitPid;
    private int setupDescriptor = -1;
    private bool childHasEnded;

    // Runs hooks of a start. Clients are answered meanwhile: a hook itself may ask for the container's state.
    private void RunStartHooks(Action<HookWait> run)
    {
        if (setupDescriptor >= 0)
        {
            // What the child says can wait; that it ends cannot.
            poll.Modify(setupDescriptor, Readiness.None);
        }

        childHasEnded = false;
        try
        {
            run(new HookWait(reporter.Descriptor, poll, ServeOnce));
        }
        catch (LxcException) when (childHasEnded)
        {
            // The hook was ended for that. What the child said last is the cause, and is heard next.
        }
        finally
        {
            if (setupDescriptor >= 0)
            {
                poll.Modify(setupDescriptor, Readiness.Readable);
            }
        }
    }

    private bool ServeOnce()
    {
        Span<(int Fd, Readiness Ready)> ready = new (int, Readiness)[8];
        int count = poll.Wait(ready, 0);
        for (int i = 0; i < count; i++)
        {
            (int fd, Readiness state) = ready[i];
            if (fd == signals)
            {
                HandleSignals();
            }
            else if (fd == initPidfd || fd == setupDescriptor)
            {
                childHasEnded = true;
            }
            else if (fd != reporter.Descriptor)
            {
                Dispatch(fd, state);
            }
        }

        return !childHasEnded;
    }

    private void RunPreStartHooks(ContainerConfig config)
    {
        if (!HookRunner.Has(plan, "pre-start"))
        {
            return;
        }

        int file = Descriptors.MemoryFile("lxcps-start-settings");
        try
        {
            RunStartHooks(wait => HookRunner.Run(plan, "pre-start", wait, [SettingsVariable], settings: file));
            string[] settings = Descriptors.ReadText($"/proc/self/fd/{file}").Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (settings.Length > 0)
            {
                Replan(config, settings);
            }
        }
        finally
        {
            Descriptors.Close(file);
        }
    }

    private void Replan(ContainerConfig config, string[] settings)
    {
        try
        {
            if (Array.Find(settings, setting => setting.IndexOf('=') <= 0) is { } wrong)
            {
                throw new LxcException(LxcErrorId.ConfigSyntax, $"'{wrong}' is not of the form key=value");
            }

            MonitorRequest.Apply(config, settings);
            plan = LaunchPlanner.Plan(request, config, callerLabel, reporter.Warning);
        }
        catch (LxcException e)
        {
            throw new LxcException(e.ErrorId, $"What a pre-start hook sets for this start cannot be: {e.Message}", e)
            {
                ContainerName = request.Name,
                Step = "pre-start hook",
                ConfigKey = e.ConfigKey,
                Advice = e.Advice ?? "Correct the hook.",
            };
        }
    }

    // Kept by the monitor until the hooks of the stop have run: the kernel drops a namespace with its last holder.
    private void KeepNamespaces()
    {
        lastInitPid = initPid;
        if (!HookRunner.Has(plan, "stop"))
        {
            return;
        }

        undo.Push("namespaces", CloseNamespaces);
        try
        {
            foreach ((string type, ulong _) in NamespaceFlags.OthersThanOurs(initPid))
            {
                namespaces.Add((type, Descriptors.Open($"/proc/{initPid}/ns/{type}", OpenFlags.ReadOnly)));
            }
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT)
        {
            // Init has ended already.
        }
    }

    private void CloseNamespaces()
    {
        namespaces.ForEach(kept => Descriptors.Close(kept.Fd));
        namespaces.Clear();
    }

    private void RunStopHooks(string target)
    {
        List<string> variables = [target];
        List<string> arguments = [];
        foreach ((string type, int fd) in namespaces)
        {
            string path = $"/proc/{Processes.CurrentId}/fd/{fd}";
            variables.Add($"LXC_{type.ToUpperInvariant()}_NS={path}");
            arguments.Add($"{type}:{path}");
        }

        RunEndHooks("stop", variables, arguments);
    }

    private void RunEndHooks(string type, List<string> variables, IReadOnlyList<string>? arguments = null)
    {
        try
        {
            // Nobody waits for it who could change his mind.
            HookRunner.Run(plan, type, new HookWait(-1, poll, ServeOnce), [.. variables, $"LXC_PID={lastInitPid}"], arguments);
        }
        catch (LxcException e)
        {
            // The container has ended whatever its hook says: the failure is told, and the rest is taken down.
            reporter.Warning(e.Message);
        }
    }
}

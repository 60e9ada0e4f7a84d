using LxcPS.Engine.Configuration;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Hooks;

/// <summary>
/// A call of a container's hooks with LXC's contract: lxc.container.conf(5), "CONTAINER HOOKS". Version 0 tells by arguments, version 1 by the
/// environment.
/// </summary>
internal sealed class HookCall
{
    /// <summary>The container.</summary>
    internal required string Name { get; init; }

    /// <summary>Its configuration.</summary>
    internal required ContainerConfig Config { get; init; }

    /// <summary>The kind, e.g. <c>pre-start</c>; of a network device up or down.</summary>
    internal required string Type { get; init; }

    /// <summary>lxc, or net for the scripts of a network device.</summary>
    internal string Section { get; init; } = "lxc";

    /// <summary>What version 0 gives behind name, section and kind.</summary>
    internal IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables beside those of every hook: NAME=value.</summary>
    internal IReadOnlyList<string> Variables { get; init; } = [];

    /// <summary>Variables of version 1 alone: NAME=value.</summary>
    internal IReadOnlyList<string> VersionOneVariables { get; init; } = [];

    /// <summary>Whether it runs in the container's namespaces, which are to learn nothing of the host's environment.</summary>
    internal bool IsInContainer { get; init; }

    /// <summary>What else happens meanwhile.</summary>
    internal HookWait Wait { get; init; } = HookWait.None;

    /// <summary>A file that the hook has as descriptor 3, or -1.</summary>
    internal int Settings { get; init; } = -1;

    private bool ByEnvironment => Config.Get("lxc.hook.version") == "1";

    /// <summary>Runs all hooks of the kind in order.</summary>
    /// <exception cref="LxcException">HookFailed: one has failed, with its output; those behind it have not run.</exception>
    internal void Run()
    {
        foreach (string hook in Config.GetAll("lxc.hook." + Type))
        {
            Run(Type + " hook", "lxc.hook." + Type, hook,
                IsInContainer ? "The hook runs in the container's mount namespace: see that it finds what it needs there." : "Run the hook by hand to see why.");
        }
    }

    /// <summary>Runs one program.</summary>
    /// <param name="step">What it is, for the error.</param>
    /// <param name="key">The key that names it.</param>
    /// <param name="hook">Its command line.</param>
    /// <param name="advice">What to do when it fails.</param>
    /// <exception cref="LxcException">HookFailed, with its output.</exception>
    internal void Run(string step, string? key, string hook, string advice)
    {
        ExitStatus exit;
        string output;
        try
        {
            exit = HookProgram.Run(ToCommand(hook), ToEnvironment(), Settings, Wait, out output);
        }
        catch (LinuxException e)
        {
            throw Failure(step, key, $"The {step} '{hook}' could not be run: {e.Message}", advice, e);
        }

        if (exit.ExitCode != 0)
        {
            string end = exit.Signaled ? $"was ended by signal {exit.Value}" : $"ended with {exit.Value}";
            throw Failure(step, key, $"The {step} '{hook}' {end}{(output.Length == 0 ? string.Empty : ": " + output.Trim())}", advice, null);
        }
    }

    private LxcException Failure(string step, string? key, string message, string advice, Exception? cause) => new(LxcErrorId.HookFailed, message, cause)
    {
        ContainerName = Name,
        Step = step,
        ConfigKey = key,
        Advice = advice,
    };

    // A shell splits the hook's own arguments, as liblxc has it.
    private string ToCommand(string hook) => ByEnvironment
        ? $"exec {hook}"
        : $"exec {hook} {string.Join(' ', new[] { Name, Section, Type }.Concat(Arguments).Select(Quoted))}";

    // A container's name may hold what a shell would act on.
    private static string Quoted(string text) => $"'{text.Replace("'", @"'\''")}'";

    private List<string> ToEnvironment()
    {
        List<string> environment = [EnvironmentVariables.DefaultPath];
        if (!IsInContainer)
        {
            foreach (string variable in EnvironmentVariables.Own())
            {
                EnvironmentVariables.Set(environment, variable);
            }
        }

        EnvironmentVariables.Set(environment, $"LXC_NAME={Name}");
        EnvironmentVariables.Set(environment, $"LXC_CONFIG_FILE={Config.Path}");
        EnvironmentVariables.Set(environment, $"LXC_HOOK_VERSION={(ByEnvironment ? 1 : 0)}");
        if (ByEnvironment)
        {
            EnvironmentVariables.Set(environment, $"LXC_HOOK_TYPE={Type}");
            EnvironmentVariables.Set(environment, $"LXC_HOOK_SECTION={Section}");
        }

        foreach (string variable in ByEnvironment ? Variables.Concat(VersionOneVariables) : Variables)
        {
            EnvironmentVariables.Set(environment, variable);
        }

        EnvironmentVariables.Add(environment, Config, ["lxc.environment", "lxc.environment.hooks"]);
        return environment;
    }
}

using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>
/// Programs of hooks: whether they are there and can be executed. They are not run, so what they do is not known; a hook that the shell has to
/// find or to put together is not judged.
/// </summary>
internal static class HookChecks
{
    private const string Name = "Hook";

    /// <summary>Hooks of the monitor. Those of the end do not keep a container from starting.</summary>
    internal static void AddHost(StartFindings findings, LaunchPlan plan)
    {
        Add(findings, plan, ["pre-start", "start-host"], Objection, isFatal: true);
        Add(findings, plan, ["stop", "post-stop"], Objection, isFatal: false);
    }

    /// <summary>Hooks that run in the container's namespaces, but on the host's tree; to be called there.</summary>
    internal static void AddInside(StartFindings findings, LaunchPlan plan) =>
        Add(findings, plan, plan.AutoDev ? ["pre-mount", "mount", "autodev"] : ["pre-mount", "mount"], Objection, isFatal: true);

    /// <summary>Hooks that run on the container's own tree; to be called in its namespaces.</summary>
    internal static void AddInRoot(StartFindings findings, LaunchPlan plan, int root) =>
        Add(findings, plan, ["start"], program => ProgramChecks.Objection(root, program), isFatal: true);

    /// <summary>The program that a hook's command line begins with; null where a shell has more to do than to split words.</summary>
    internal static string? ProgramOf(string hook)
    {
        int end = hook.AsSpan().IndexOfAny(' ', '\t');
        string word = end < 0 ? hook : hook[..end];
        return word.StartsWith('/') && word.AsSpan().IndexOfAny("\\'\"$`*?[]{}()<>|&;~#=!") < 0 ? word : null;
    }

    private static void Add(StartFindings findings, LaunchPlan plan, string[] types, Func<string, string?> objection, bool isFatal)
    {
        foreach (string type in types)
        {
            string key = "lxc.hook." + type;
            foreach (string hook in plan.Config.GetAll(key))
            {
                if (ProgramOf(hook) is not { } program)
                {
                    continue;
                }

                string? problem = objection(program);
                string detail = $"The {type} hook '{DisplayText.Of(program)}' {problem ?? "can be executed"}";
                if (problem is null)
                {
                    findings.Pass(Name, detail, key);
                }
                else if (isFatal)
                {
                    findings.Fail(Name, new LxcException(LxcErrorId.HookFailed, detail) { ConfigKey = key, Advice = "Restore the program and its mode, or remove the hook." });
                }
                else
                {
                    findings.Warn(Name, detail, key, "Restore the program and its mode, or remove the hook.");
                }
            }
        }
    }

    private static string? Objection(string path) =>
        !FileTree.TryStatus(Descriptors.CurrentDirectory, path, true, out FileStatus status) ? "is missing, or out of reach"
        : !status.IsRegular ? "is no file" : Permissions.CanAccess(path, Permissions.Execute) ? null : "cannot be executed";
}

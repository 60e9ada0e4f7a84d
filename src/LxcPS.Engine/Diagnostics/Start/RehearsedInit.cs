using LxcPS.Engine.Configuration;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Mounts;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>What init of a start that is only tried would find: its limits, sysctls, working directory, user, and its program.</summary>
internal sealed class RehearsedInit(LaunchPlan plan, StartFindings findings, int root, Func<string, string, string, Action, bool> step)
{
    internal void Run()
    {
        step("Settings", LxcErrorId.StartFailed, "lxc.prlimit", () => ProcessSettings.SetLimits(plan, 0));
        foreach (ConfigEntry entry in plan.Config.WithPrefix("lxc.sysctl."))
        {
            // Those of an interface appear with it.
            string name = entry.Key["lxc.sysctl.".Length..];
            if (!plan.Network.Devices.Any(device => name.StartsWith("net.", StringComparison.Ordinal) && name.Split('.').Contains(device.Name)))
            {
                step("Settings", LxcErrorId.StartFailed, entry.Key, () => ProcessSettings.Try(entry, () => Open(name), ProcessSettings.SysctlAdvice));
            }
        }

        HookChecks.AddInRoot(findings, plan, root);
        int directory = TargetPath.TryOpen(root, plan.WorkingDirectory);
        if (directory < 0)
        {
            Fail($"The working directory '{DisplayText.Of(plan.WorkingDirectory)}' of init is missing", "lxc.init.cwd", "Make the directory, or correct the key.");
            return;
        }

        Descriptors.Close(directory);
        if ((plan.InitUserId != 0 || plan.InitGroupId != 0 || plan.InitGroups.Length > 0) && !step("Init", LxcErrorId.InitFailed, "lxc.init.uid",
            () => Processes.SetIdentity(plan.InitUserId, plan.InitGroupId, plan.InitGroups)))
        {
            return;
        }

        string program = Path.Combine(plan.WorkingDirectory, plan.InitArguments[0]);
        if (ProgramChecks.Objection(root, program) is { } objection)
        {
            Fail($"The init '{DisplayText.Of(program)}' {objection}", "lxc.init.cmd", "Correct lxc.init.cmd, or install an init in the container.");
        }
        else
        {
            findings.Pass("Init", $"'{DisplayText.Of(program)}' can be executed", "lxc.init.cmd");
        }
    }

    // Opened for writing and left as it is: the kernel answers for the mount, the namespace and the rights.
    private void Open(string name) =>
        Descriptors.Close(Descriptors.OpenInRoot(root, "proc/sys/" + name.Replace('.', '/'), OpenFlags.WriteOnly));

    private void Fail(string message, string key, string advice) =>
        findings.Fail("Init", new LxcException(LxcErrorId.InitFailed, message) { ConfigKey = key, Advice = advice });
}

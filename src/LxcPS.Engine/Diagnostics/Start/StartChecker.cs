using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Network;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Seccomp;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>
/// What would keep a container from starting. It runs the start's own steps, as far as they leave nothing behind: the plan, the compilers of
/// policies, and in a clone with the container's namespaces the id maps, the mounts and the way to init. It does not run the container's hooks
/// and programs, makes no cgroup and no interface, and writes nothing to the root file system.
/// </summary>
public sealed class StartChecker
{
    private readonly MonitorRequest request;
    private readonly StartFindings findings;
    private string callerLabel = AppArmorName.Unconfined;

    private StartChecker(MonitorRequest request, StartFindings findings)
    {
        this.request = request;
        this.findings = findings;
    }

    /// <summary>Checks; the result is 0, or 125 when the container cannot even be looked at.</summary>
    public static int Run(MonitorRequest request)
    {
        using Reporter reporter = new(request.ReportDescriptor);
        StartChecker checker = new(request, new StartFindings(reporter));
        return reporter.Guard(checker.Check, e => new LxcException(LxcErrorId.StartFailed, $"Container '{request.Name}' could not be tested: {e.Message}", e)
        {
            ContainerName = request.Name,
        });
    }

    private int Check()
    {
        bool isRoot = Processes.EffectiveUserId == 0;
        if (isRoot)
        {
            Processes.SetDumpable(false);
        }

        bool isFree = CheckName();
        if (LoadConfig() is not { } config)
        {
            return 0;
        }

        if (isRoot)
        {
            callerLabel = MonitorProfile.Enter();
        }

        CheckHost(config);
        if (PlanOf(config) is not { } plan)
        {
            return 0;
        }

        IReadOnlyList<byte[]>? filters = CheckSeccomp(plan);
        CheckProfile(plan);
        CgroupStartChecks.Add(findings, plan);
        NetworkStartChecks.Add(findings, plan);
        HookChecks.AddHost(findings, plan);
        ConsoleChecks.Add(findings, plan);
        IdMapChecks.Add(findings, plan.IdMaps);
        if (!isRoot)
        {
            findings.Warn("Root file system", "what a user's container mounts is seen when it is started", null, "Start it.");
        }
        else if (isFree && filters is not null)
        {
            // An overlay in use is not mounted a second time.
            new StartRehearsal(plan, findings).Run();
        }

        return 0;
    }

    private bool CheckName()
    {
        ContainerState state = ControlClient.GetState(request.LxcPath, request.Name);
        if (state == ContainerState.Stopped)
        {
            findings.Pass("Name", "no monitor has it");
            return true;
        }

        findings.Fail("Name", new LxcException(LxcErrorId.ContainerRunning, $"Container '{request.Name}' is {state}")
        {
            Advice = "Stop it with Stop-LxcContainer, or start it anew with Restart-LxcContainer.",
        });
        return false;
    }

    private ContainerConfig? LoadConfig()
    {
        ContainerStore store = new(request.LxcPath);
        ContainerConfig config = ContainerConfig.Load(store.ConfigPathOf(request.Name), out IReadOnlyList<LxcException> errors);
        foreach (LxcException error in errors)
        {
            findings.Fail("Configuration", error);
        }

        if (errors.Count > 0)
        {
            return null;
        }

        findings.Pass("Configuration", $"'{DisplayText.Of(config.Path)}' is valid");
        MonitorRequest.Apply(config, request.Settings);
        return config;
    }

    // What Test-LxcHost calls required, but for the LxcPath: a container that is there need not be written.
    private void CheckHost(ContainerConfig config)
    {
        bool complete = true;
        foreach (HostCapability capability in HostCheck.Run(request.LxcPath, "/proc/self/exe"))
        {
            if (capability is { IsRequired: true, IsAvailable: false } && capability.Name != "LxcPath")
            {
                complete = false;
                findings.Fail("Host: " + capability.Name, new LxcException(LxcErrorId.HostUnsupported, capability.Detail) { Advice = capability.Advice });
            }
            else if (!capability.IsAvailable && capability.Name == "User namespaces" && config.GetAll("lxc.idmap").Length > 0)
            {
                findings.Warn("Host: " + capability.Name, capability.Detail, "lxc.idmap", capability.Advice);
            }
        }

        if (complete)
        {
            findings.Pass("Host", "all that Test-LxcHost requires is there");
        }
    }

    private LaunchPlan? PlanOf(ContainerConfig config)
    {
        LaunchPlan? plan = null;
        if (findings.Try("Plan", null, string.Empty, () => plan = LaunchPlanner.Plan(request, config, callerLabel,
            text => findings.Warn("Plan", text, null, "Change the setting, or start it as it is."))))
        {
            findings.Pass("Plan", "every setting can be served");
        }

        return plan;
    }

    private IReadOnlyList<byte[]>? CheckSeccomp(LaunchPlan plan)
    {
        byte[]? filter = null;
        if (!findings.Try("Seccomp", "lxc.seccomp.profile", "Correct the policy.", () => filter = ContainerFilter.Load(plan.Config.Get,
            text => findings.Warn("Seccomp", text, "lxc.seccomp.profile", "Correct the policy, or start it as it is."))))
        {
            return null;
        }

        findings.Pass("Seccomp", filter is null ? "no policy" : $"the policy compiles to {filter.Length / 8} instructions", "lxc.seccomp.profile");
        return MountCallFilter.Before(filter, plan.AppArmor?.HidesMountDescriptors == true);
    }

    private void CheckProfile(LaunchPlan plan)
    {
        if (plan.AppArmor is not { } confinement)
        {
            if (!AppArmorKernel.IsEnabled)
            {
                findings.Warn("AppArmor", "this kernel runs without AppArmor: no profile confines the container", "lxc.apparmor.profile",
                    "Boot a kernel with AppArmor (apparmor=1 security=apparmor), or rely on the user namespace and seccomp.");
            }

            return;
        }

        if (confinement.Source is not { } source)
        {
            // Whether it can be entered is seen in the rehearsal.
            return;
        }

        if (findings.Try("AppArmor", "lxc.apparmor.profile", "See lxc.apparmor.raw.",
            () => AppArmorParser.Compile(source, $"The AppArmor profile '{confinement.Profile}'")))
        {
            findings.Pass("AppArmor", $"the profile '{confinement.Profile}' compiles", "lxc.apparmor.profile");
        }
    }
}

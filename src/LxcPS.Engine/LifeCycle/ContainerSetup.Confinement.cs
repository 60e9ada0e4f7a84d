using LxcPS.Engine.Seccomp;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <content>The last steps: what is init's own, confinement and exec.</content>
internal sealed partial class ContainerSetup
{
    private void Prepare()
    {
        Begin("hostname", LxcErrorId.StartFailed, "lxc.uts.name");
        if ((plan.Namespaces & Processes.CLONE_NEWUTS) != 0)
        {
            Processes.SetHostName(plan.HostName);
        }

        if (plan.Personality is { } personality)
        {
            Begin("personality", LxcErrorId.StartFailed, "lxc.arch");
            Processes.SetPersonality(personality);
        }

        if (plan.SessionKeyring)
        {
            Begin("keyring", LxcErrorId.ConfinementFailed, "lxc.keyring.session");
            if ((plan.SelinuxKeyringContext ?? plan.SelinuxContext) is { } context)
            {
                selinux!.SetForKeys(context, "lxc.selinux.context.keyring");
            }

            Processes.NewSessionKeyring();
        }
    }

    private int Execute(int console)
    {
        if (!keepStandardStreams && console >= 0)
        {
            Begin("console", LxcErrorId.ConsoleFailed, "lxc.console.path");
            Terminals.SetControlling(console);
            for (int i = 0; i < 3; i++)
            {
                Descriptors.DuplicateTo(console, i);
            }
        }

        if (plan.SchedulingDomain)
        {
            NewSchedulingDomain();
        }

        channel.Send(SetupChannel.Kind.Ready);
        channel.Expect(SetupChannel.Kind.Go);
        Descriptors.CloseFrom(3, onExec: true);
        Begin("chdir", LxcErrorId.InitFailed, "lxc.init.cwd");
        FileTree.ChangeDirectory(plan.WorkingDirectory);
        Begin("confinement", LxcErrorId.ConfinementFailed, "lxc.cap.drop");
        log?.Dispose();
        Confine();
        SetLabel();
        if (plan.MinimalInit)
        {
            return MinimalInit.Run(plan.InitArguments, plan.Environment, Fail, plan.CommandHaltSignal, () => Descriptors.Close(channel.Descriptor));
        }

        Begin("exec", LxcErrorId.InitFailed, "lxc.init.cmd");
        SignalHandling.ResetAll();
        Processes.Execute(plan.InitArguments[0], plan.InitArguments, plan.Environment);
        return 255;
    }

    private static void NewSchedulingDomain()
    {
        try
        {
            Processes.NewSchedulingCookie();
        }
        catch (LinuxException e) when (e.Number is Errno.EINVAL or Errno.ENODEV)
        {
            throw new LxcException(LxcErrorId.ConfigUnsupported, e.Number == Errno.ENODEV
                ? "The container cannot have a core scheduling domain: no core of this machine runs two threads"
                : "The container cannot have a core scheduling domain: this kernel has no core scheduling (CONFIG_SCHED_CORE)", e)
            {
                Step = "core scheduling",
                ConfigKey = "lxc.sched.core",
                Advice = "Remove lxc.sched.core, or use a host whose kernel and processors have it.",
            };
        }
    }

    private void Confine()
    {
        Capabilities.LimitBounding(plan.Capabilities);
        Processes.SetParentDeathSignal(plan.ParentDeathSignal);
        channel.ExitIfAbandoned();
        if (plan.NoNewPrivileges)
        {
            // Whoever may gain no privileges may not leave a profile, if the monitor has one.
            SetLabel();
            Processes.SetNoNewPrivileges();
        }

        Begin("seccomp", LxcErrorId.ConfinementFailed, "lxc.seccomp.profile");
        foreach (byte[] filter in filters)
        {
            SeccompFilter.Install(filter, channel);
        }

        // Now that no filter needs CAP_SYS_ADMIN any more, which neither another user has nor, perhaps, the container.
        if (plan.InitUserId != 0 || plan.InitGroupId != 0 || plan.InitGroups.Length > 0)
        {
            Begin("identity", LxcErrorId.InitFailed, "lxc.init.uid");
            Processes.SetIdentity(plan.InitUserId, plan.InitGroupId, plan.InitGroups);
            Processes.SetParentDeathSignal(plan.ParentDeathSignal);
            channel.ExitIfAbandoned();
        }

        Capabilities.Limit(plan.Capabilities);
    }

    // As late as can be: what comes before is none of the profile's business.
    private void SetLabel()
    {
        Begin("AppArmor", LxcErrorId.ConfinementFailed, "lxc.apparmor.profile");
        label?.Set(plan.AppArmor!.Label);
        label = null;
        if (plan.SelinuxContext is not null)
        {
            selinux?.SetForExec(plan.SelinuxContext, "lxc.selinux.context");
        }

        selinux = null;
    }
}

using LxcPS.Engine.Confinement;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Mounts;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>
/// The child's side of a start that is only tried, in the container's namespaces: the same steps as <see cref="ContainerSetup"/>, but for those
/// that would run a program of the container or write to its root file system. A place that the start would make is only looked at.
/// </summary>
internal sealed class RehearsedSetup(LaunchPlan plan, SetupChannel channel, StartFindings findings)
{
    private int root = -1;

    /// <summary>Runs the steps; each failure is a finding, and the next is tried where it can be.</summary>
    internal int Run()
    {
        Processes.SetParentDeathSignal(9);
        AppArmorLabel? label = plan.AppArmor is null ? null : AppArmorLabel.Open(Descriptors.CurrentDirectory, "/proc/self");
        if (plan.TimeNamespace)
        {
            Step("Namespaces", LxcErrorId.NamespaceFailed, plan.TimeOffsets.Length == 0 ? "lxc.namespace.clone" : "lxc.time.offset", () => TimeOffset.Enter(plan.TimeOffsets));
        }

        channel.Expect(SetupChannel.Kind.Maps);
        if (plan.HasUserNamespace)
        {
            if (!Step("Id maps", LxcErrorId.IdMapFailed, "lxc.idmap", () => Processes.SetIdentity(0, 0, [])))
            {
                return 1;
            }

            Processes.SetParentDeathSignal(9);
        }

        MountCalls.SetPropagation("/", MountCalls.PropagationPrivate, recursive: true);
        HookChecks.AddInside(findings, plan);
        if (!Step("Root file system", LxcErrorId.RootfsFailed, "lxc.rootfs.path", MountRootfs))
        {
            return 1;
        }

        bool hasDev = MountSystem();
        new RehearsedMounts(plan, channel, findings, root).Run();
        using ContainerDevices devices = new(plan, channel, root);
        if (hasDev && Step("Devices", LxcErrorId.MountFailed, "lxc.autodev", devices.Populate)
            && Step("Terminals", LxcErrorId.ConsoleFailed, "lxc.console.path", devices.MountTerminals))
        {
            findings.Pass("Devices", "/dev, its nodes and terminals are made", "lxc.autodev");
        }

        if (plan.CgroupNamespace && (plan.SharedFlags & Processes.CLONE_NEWCGROUP) == 0 && Step("Namespaces", LxcErrorId.CgroupFailed, "lxc.mount.auto", () => Processes.Unshare(Processes.CLONE_NEWCGROUP))
            && plan.AutoMounts.Sys != AutoMountMode.None && Has("sys/fs/cgroup"))
        {
            Step("Mounts", LxcErrorId.CgroupFailed, "lxc.mount.auto", () => CgroupMounts.Mount(plan, root));
        }

        new RehearsedInit(plan, findings, root, Step).Run();
        if (label is not null && plan.AppArmor!.Profile is null
            && Step("AppArmor", LxcErrorId.ConfinementFailed, "lxc.apparmor.profile", () => label.Set(plan.AppArmor.Label)))
        {
            findings.Pass("AppArmor", $"the profile '{plan.AppArmor.Label}' can be entered", "lxc.apparmor.profile");
        }

        return 0;
    }

    /// <summary>Where the root is mounted: a place of another name is made by the start, here the usual one does as well.</summary>
    internal static string PlaceOf(LaunchPlan plan) => Directory.Exists(plan.RootfsMount) ? plan.RootfsMount : RuntimeDirectory.Path + "/rootfs";

    private void MountRootfs()
    {
        if (plan.Rootfs is null)
        {
            root = Descriptors.Open("/", OpenFlags.Path | OpenFlags.Directory);
            return;
        }

        Span<int> mount = stackalloc int[1];
        channel.Expect(SetupChannel.Kind.Mount, mount, out _);

        string place = PlaceOf(plan);
        int target = Descriptors.Open(place, OpenFlags.Path | OpenFlags.Directory);
        MountCalls.Move(mount[0], target, place);
        Descriptors.Close(target);
        Descriptors.Close(mount[0]);
        root = Descriptors.Open(place, OpenFlags.Path | OpenFlags.Directory);
    }

    // The start makes directories that are missing; whether it could is all that can be asked without making them.
    private bool MountSystem()
    {
        using ContainerDevices devices = new(plan, channel, root);
        bool dev = plan.AutoDev && CanUse("dev", "lxc.autodev") && Step("Devices", LxcErrorId.MountFailed, "lxc.autodev", devices.MountDev);
        if (plan.AutoMounts.Proc != AutoMountMode.None && CanUse("proc", "lxc.mount.auto"))
        {
            Step("Mounts", LxcErrorId.MountFailed, "lxc.mount.auto", () => SpecialMounts.MountProc(plan, root));
        }

        if (plan.AutoMounts.Sys != AutoMountMode.None && CanUse("sys", "lxc.mount.auto"))
        {
            Step("Mounts", LxcErrorId.MountFailed, "lxc.mount.auto", () => SpecialMounts.MountSys(plan, root));
        }

        return dev;
    }

    private bool CanUse(string directory, string key)
    {
        if (Has(directory))
        {
            return true;
        }

        if (RehearsedMounts.WhyNotMade(root, directory) is { } reason)
        {
            findings.Fail("Mounts", new LxcException(LxcErrorId.MountFailed, $"The directory '/{directory}' is missing and cannot be made: {reason}")
            {
                ConfigKey = key,
                Advice = "Make the directory in the root file system.",
            });
        }

        return false;
    }

    private bool Has(string path)
    {
        int fd = TargetPath.TryOpen(root, path);
        Descriptors.Close(fd);
        return fd >= 0;
    }

    // As the start names it: a call that the kernel refuses has the id and the key of its step.
    private bool Step(string name, string errorId, string key, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (LxcException e)
        {
            findings.Fail(name, e);
        }
        catch (LinuxException e)
        {
            findings.Fail(name, new LxcException(errorId, $"The step of the start failed: {e.Message}", e)
            {
                ConfigKey = key,
                Advice = $"See {key} in the container's configuration.",
            });
        }

        return false;
    }
}

using LxcPS.Engine.Cgroups;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Controllers that the limits of a container need, and where its cgroups are to be.</summary>
internal static class CgroupStartChecks
{
    private const string Name = "Cgroups";

    internal static void Add(StartFindings findings, LaunchPlan plan)
    {
        CgroupLayout layout = CgroupLayout.Read();
        List<string> warnings = [];
        bool resolved = findings.Try(Name, "lxc.cgroup", string.Empty, () => CgroupResolver.Resolve(layout, plan.CgroupSettings, warnings, []));
        foreach (string warning in warnings)
        {
            findings.Warn(Name, warning, null, "Write the limit for the version of cgroups that this host has.");
        }

        bool placed = findings.Try(Name, null, string.Empty, () => CheckPlaces(findings, layout, plan.Cgroups));
        if (resolved && placed && warnings.Count == 0)
        {
            findings.Pass(Name, layout.IsUnified ? "version 2" : layout.Unified is null ? "version 1" : "version 1, with version 2");
        }
    }

    private static void CheckPlaces(StartFindings findings, CgroupLayout layout, CgroupPlan plan)
    {
        List<string> closed = [];
        IReadOnlyList<string> bases = ContainerCgroups.BasesOf(layout, plan);
        foreach (string directory in bases)
        {
            if (plan.IsExact && FileTree.Exists($"{directory}/{plan.Payload}"))
            {
                throw new LxcException(LxcErrorId.CgroupFailed, $"The cgroup '{directory}/{plan.Payload}' exists already")
                {
                    ConfigKey = "lxc.cgroup.dir.container",
                    Advice = "Remove it, or name another in lxc.cgroup.dir.container and lxc.cgroup.dir.monitor.",
                };
            }

            if (!Permissions.CanAccess(directory, Permissions.Write | Permissions.Execute))
            {
                closed.Add(directory);
            }
        }

        if (closed.Count == bases.Count)
        {
            throw new LxcException(LxcErrorId.CgroupFailed, $"No cgroup hierarchy lets this process make cgroups: '{closed[0]}' cannot be written")
            {
                Advice = "Mount the hierarchies writable, or delegate a cgroup to this session.",
            };
        }

        if (closed.Count > 0)
        {
            findings.Warn(Name, $"no cgroup can be made in '{string.Join("', '", closed)}'", null, "The container does without them; mount them writable.");
        }
    }
}

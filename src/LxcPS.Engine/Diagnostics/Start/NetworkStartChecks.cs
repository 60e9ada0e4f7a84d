using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Network;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Interfaces of the host that a container's network needs.</summary>
internal static class NetworkStartChecks
{
    private const string Name = "Network";

    internal static void Add(StartFindings findings, LaunchPlan plan)
    {
        bool fine = findings.Try(Name, "lxc.net", string.Empty, () => HostNetwork.ResolveGateways(plan.Network));

        // What a gateway lacks, its device lacks, too. A container that keeps the host's namespace gets no devices.
        if (fine && (plan.Namespaces & Processes.CLONE_NEWNET) != 0)
        {
            foreach (LxcException problem in HostNetwork.Check(plan.Network))
            {
                fine = false;
                findings.Fail(Name, problem);
            }
        }

        if (fine)
        {
            findings.Pass(Name, plan.Network.HostNetwork ? "the host's" : plan.Network.Devices.Count == 0 ? "one of its own, without devices"
                : $"{plan.Network.Devices.Count} device(s)", "lxc.net");
        }
    }
}

using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>
/// What this host can do for containers. It asks the kernel rather than its build configuration wherever a question changes nothing, and
/// makes no namespace, mount, interface or file.
/// </summary>
public static class HostCheck
{
    /// <summary>Checks everything; no finding is an error, so it does not throw for one.</summary>
    /// <param name="lxcPath">The directory of the containers; it need not exist.</param>
    /// <param name="monitorPath">The monitor's executable as the module found it, or null when it found none.</param>
    public static IReadOnlyList<HostCapability> Run(string lxcPath, string? monitorPath)
    {
        List<HostCapability> all = [];
        KernelFacts kernel = KernelFacts.Read();
        MountTable mounts = MountTable.Parse(Descriptors.TryReadText("/proc/self/mountinfo") ?? string.Empty);
        KernelChecks.Add(new(CapabilityCategory.Kernel, all), kernel);
        NamespaceChecks.Add(new(CapabilityCategory.Namespaces, all));
        CgroupChecks.Add(new(CapabilityCategory.Cgroups, all), mounts);
        SecurityChecks.Add(new(CapabilityCategory.Security, all));
        StorageChecks.Add(new(CapabilityCategory.Storage, all), kernel, mounts, lxcPath);
        NetworkChecks.Add(new(CapabilityCategory.Network, all), kernel);
        ToolChecks.Add(new(CapabilityCategory.Tools, all), monitorPath);
        AccountChecks.Add(new(CapabilityCategory.Accounts, all));
        return all;
    }
}

namespace LxcPS.Engine.Seccomp;

/// <summary>The filters of a container, in the order in which they are installed; the kernel does what the strictest of them says.</summary>
internal static class SeccompFilters
{
    /// <summary>
    /// Keeps the calls away by which a file system is mounted and reached through descriptors alone: their files have paths that no profile
    /// of AppArmor knows. Programs take ENOSYS for an older kernel and mount by mount(2).
    /// </summary>
    private const string MountDescriptors = """
        2
        denylist
        [all]
        fsopen errno 38
        fspick errno 38
        fsmount errno 38
        open_tree errno 38
        open_tree_attr errno 38
        move_mount errno 38
        mount_setattr errno 38
        """;

    /// <summary>Compiles the filters.</summary>
    /// <param name="policyPath">The policy of the configuration, or null.</param>
    /// <param name="hideMountDescriptors">Whether mounts by descriptors are kept from the container.</param>
    /// <param name="warn">Told of what a filter leaves out, or null.</param>
    internal static List<byte[]> Of(string? policyPath, bool hideMountDescriptors, Action<string>? warn = null)
    {
        List<byte[]> filters = [];
        if (hideMountDescriptors)
        {
            // What the library does not know yet is nothing to warn of: a kernel with the call comes with a library that knows it.
            filters.Add(SeccompCache.LoadText(MountDescriptors, "the policy against mounts by descriptors", SeccompCache.Directory, null));
        }

        if (policyPath is not null)
        {
            filters.Add(SeccompCache.Load(policyPath, warn));
        }

        return filters;
    }
}

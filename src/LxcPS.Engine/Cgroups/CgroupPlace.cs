namespace LxcPS.Engine.Cgroups;

/// <summary>The directories of one container in one hierarchy.</summary>
internal sealed class CgroupPlace
{
    internal CgroupPlace(CgroupHierarchy hierarchy, string baseCgroup, string baseDirectory)
    {
        Hierarchy = hierarchy;
        BaseCgroup = baseCgroup;
        Base = baseDirectory;
    }

    /// <summary>The hierarchy.</summary>
    internal CgroupHierarchy Hierarchy { get; }

    /// <summary>The cgroup that ours are below, as /proc shows it.</summary>
    internal string BaseCgroup { get; }

    /// <summary>The directory of that cgroup.</summary>
    internal string Base { get; }

    /// <summary>The directory that limits are set on; null until it is made.</summary>
    internal string? Limit { get; set; }

    /// <summary>The directory that the container lives in: the limit's or one below it.</summary>
    internal string? Payload { get; set; }

    /// <summary>The directory of the monitor.</summary>
    internal string? Monitor { get; set; }

    /// <summary>Whether the monitor has moved into its directory.</summary>
    internal bool HoldsMonitor { get; set; }

    /// <summary>Whether the monitor could not go back to the base and went to the pivot.</summary>
    internal bool LeftToPivot { get; set; }

    /// <summary>Directories above ours that were made for it, outermost first.</summary>
    internal List<string> Parents { get; } = [];

    /// <summary>Whether it is the unified hierarchy.</summary>
    internal bool IsUnified => Hierarchy.Version == 2;

    /// <summary>A directory of ours as /proc/PID/cgroup shows it.</summary>
    internal string CgroupOf(string directory) => (BaseCgroup == "/" ? string.Empty : BaseCgroup) + directory[Base.Length..];
}

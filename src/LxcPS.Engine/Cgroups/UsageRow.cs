namespace LxcPS.Engine.Cgroups;

/// <summary>What a running container uses, at one look.</summary>
/// <param name="Name">The container.</param>
/// <param name="Usage">The numbers of its cgroups.</param>
/// <param name="CpuPercent">Processor time since the look before, in per cent of one processor; null at the first look.</param>
public sealed record UsageRow(string Name, CgroupUsage Usage, double? CpuPercent)
{
    /// <summary>Bytes read from and written to disks; null where they are not counted.</summary>
    public long? Io => Usage.IoRead is null && Usage.IoWritten is null ? null : (Usage.IoRead ?? 0) + (Usage.IoWritten ?? 0);
}

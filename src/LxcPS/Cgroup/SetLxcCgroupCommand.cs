using System.Management.Automation;
using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>
/// Sets limits of containers, in their configuration and, where they run, in the kernel: both or neither. The same on cgroup v1 and v2.
/// </summary>
[Cmdlet(VerbsCommon.Set, "LxcCgroup", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer))]
public sealed class SetLxcCgroupCommand : ContainerActionCmdlet
{
    /// <summary>The most memory, in bytes: 512MB. -1 or 'max' lifts the limit.</summary>
    [Parameter]
    [ByteSize]
    public long? Memory { get; set; }

    /// <summary>The most memory and swap together, in bytes. -1 or 'max' lifts the limit.</summary>
    [Parameter]
    [ByteSize]
    public long? MemorySwap { get; set; }

    /// <summary>From where on the kernel holds the container back and reclaims its memory, in bytes. cgroup v2.</summary>
    [Parameter]
    [ByteSize]
    public long? MemoryHigh { get; set; }

    /// <summary>What the kernel leaves to the container when memory is short, in bytes.</summary>
    [Parameter]
    [ByteSize]
    public long? MemoryLow { get; set; }

    /// <summary>The most processor time, in processors: 1.5. -1 or 'max' lifts the limit.</summary>
    [Parameter]
    [Limit]
    public double? Cpu { get; set; }

    /// <summary>Its share of the processors where several want them: 1 to 10,000, 100 by default.</summary>
    [Parameter]
    public int? CpuWeight { get; set; }

    /// <summary>The processors that it may run on: 0-3,6.</summary>
    [Parameter]
    [ValidateNotNull]
    public string? CpuSet { get; set; }

    /// <summary>The most processes and threads. -1 or 'max' lifts the limit.</summary>
    [Parameter]
    [Limit]
    public long? Pids { get; set; }

    /// <summary>Its share of the disks where several want them: 1 to 10,000, 100 by default.</summary>
    [Parameter]
    public int? IoWeight { get; set; }

    /// <summary>Any file of a control group, as cgroup v1 or v2 names it; with -Value.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CgroupKeyCompleter))]
    public string? Key { get; set; }

    /// <summary>What is written into that file.</summary>
    [Parameter]
    [ValidateNotNull]
    public string? Value { get; set; }

    /// <inheritdoc/>
    protected override string ActionName => "Set limits";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Key is null != Value is null)
        {
            ThrowTerminatingError(new ErrorRecord(
                new PSArgumentException("-Key and -Value belong together: the file, and what is written into it."), "KeyWithoutValue",
                ErrorCategory.InvalidArgument, Key ?? Value));
        }
    }

    private protected override void Act(WorkItem item)
    {
        CgroupLayout layout = CgroupLayout.Read();
        List<(string Key, string Value)> settings = [.. new CgroupLimits
        {
            Memory = Memory,
            MemorySwap = MemorySwap,
            MemoryHigh = MemoryHigh,
            MemoryLow = MemoryLow,
            Cpu = Cpu,
            CpuWeight = CpuWeight,
            CpuSet = CpuSet,
            Pids = Pids,
            IoWeight = IoWeight,
        }.ToSettings(layout)];
        if (Key is not null)
        {
            settings.AddRange(CgroupTranslation.ForHost(layout, Key, Value!));
        }

        CgroupSettings.Apply(item.Target.Store, item.Target.Name, settings);
        item.Say(string.Join(", ", settings.Select(setting => $"{setting.Key} = {setting.Value}")));
    }
}

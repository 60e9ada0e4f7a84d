using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Gets the limits of containers and what they use of them.</summary>
[Cmdlet(VerbsCommon.Get, "LxcCgroup", DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcCgroup), typeof(LxcCgroupValue))]
public sealed class GetLxcCgroupCommand : ContainerCmdlet
{
    /// <summary>
    /// Files of the container's cgroups to read instead: memory.stat, cpu.max. Limits are found under the names of both versions of cgroups.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(CgroupKeyCompleter))]
    public string[]? Key { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ContainerTarget target in ResolveTargets())
        {
            Try(target.Name, () =>
            {
                CgroupFiles? files = CgroupSettings.FilesOf(target.LxcPath, target.Name);
                if (Key is null)
                {
                    CgroupLimits limits = CgroupLimits.FromConfig(target.Store.LoadConfig(target.Name).WithPrefix("lxc.cgroup"), CgroupLayout.Read());
                    WriteObject(new LxcCgroup(target.Name, target.LxcPath, limits, files is null ? null : CgroupUsage.Read(files)));
                    return;
                }

                foreach (string key in Key)
                {
                    Try(target.Name, () => WriteObject(new LxcCgroupValue(target.Name, target.LxcPath, key, Require(files, target.Name).Get(key))));
                }
            });
        }
    }

    private static CgroupFiles Require(CgroupFiles? files, string name) => files
        ?? throw new LxcException(LxcErrorId.ContainerNotRunning, $"Container '{name}' is not running and has no control groups")
        {
            ContainerName = name,
            Advice = "Start it with Start-LxcContainer; without -Key the limits are read from its configuration.",
        };
}

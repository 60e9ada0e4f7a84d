using System.Management.Automation;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Gets seccomp policies: those of containers, or one of a file.</summary>
[Cmdlet(VerbsCommon.Get, "LxcSeccomp", DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcSeccomp))]
public sealed class GetLxcSeccompCommand : ContainerCmdlet
{
    private const string PathSet = "Path";

    /// <summary>Policy files to read instead, whether a container has them or not.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == PathSet)
        {
            foreach (string path in Path)
            {
                Try(path, () =>
                {
                    string file = FilePathOf(path);
                    WriteObject(new LxcSeccomp(null, null, file, SeccompSettings.Read(file)));
                });
            }

            return;
        }

        foreach (ContainerTarget target in ResolveTargets())
        {
            Try(target.Name, () =>
            {
                ContainerConfig config = target.Store.LoadConfig(target.Name);
                string? path = SeccompSettings.PathOf(config);
                WriteObject(new LxcSeccomp(target.Name, target.LxcPath, path, path is null ? null : SeccompSettings.Read(path))
                {
                    NotifyProxy = config.Get("lxc.seccomp.notify.proxy"),
                    IsolateKernelLog = config.Get(ConfigKeys.IsolateKernelLog) == "1",
                });
            });
        }
    }
}

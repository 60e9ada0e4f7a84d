using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Join, "Path")]
[OutputType(typeof(string))]
public sealed class JoinPathCommand : ProviderCommand
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    public string[] Path { get; set; } = [];

    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public string[]? ChildPath { get; set; }

    [Parameter(Position = 2, ValueFromRemainingArguments = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public string[]? AdditionalChildPath { get; set; }

    [Parameter]
    public SwitchParameter Resolve { get; set; }

    [Parameter]
    public string? Extension { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            Try(() =>
            {
                var joined = (ChildPath ?? [""]).Concat(AdditionalChildPath ?? [])
                    .Aggregate(path, (parent, child) => (string)Internals.Call(SessionState.Path, "Combine", parent, child, NewContext())!);
                joined = Extension is null ? joined : System.IO.Path.ChangeExtension(joined, Extension);
                if (!Resolve)
                {
                    WriteObject(joined);
                    return;
                }

                foreach (var info in SessionState.Path.GetResolvedPSPathFromPSPath(joined))
                {
                    WriteObject(info.Path);
                }
            });
        }
    }
}

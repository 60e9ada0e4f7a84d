using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Set, "Location", DefaultParameterSetName = "Path")]
[OutputType(typeof(PathInfo))]
public sealed class SetLocationCommand : ProviderCommand
{
    [Parameter(Position = 0, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string Path { get; set; } = "";

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string? LiteralPath { get; set; }

    [Parameter(ParameterSetName = "Stack", ValueFromPipelineByPropertyName = true)]
    public string? StackName { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord()
    {
        if (ParameterSetName == "Stack")
        {
            Try(() => SessionState.Path.SetDefaultLocationStack(StackName));
            return;
        }

        Try(() =>
        {
            // Without a path, home is meant.
            var path = LiteralPath ?? (Path.Length > 0 ? Path : "~");
            var location = Internals.Call(SessionState.Path, "SetLocation", path, NewContext(), LiteralPath is not null);
            if (PassThru)
            {
                WriteObject(location);
            }
        });
    }
}

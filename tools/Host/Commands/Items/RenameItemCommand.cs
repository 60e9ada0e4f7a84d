using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Rename, "Item", DefaultParameterSetName = "ByPath", SupportsShouldProcess = true)]
public sealed class RenameItemCommand : ProviderCommand
{
    private bool _isLiteral;

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "ByPath", ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    public string Path { get; set; } = "";

    [Parameter(Mandatory = true, ParameterSetName = "ByLiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string LiteralPath
    {
        get => Path;
        set
        {
            _isLiteral = true;
            Path = value;
        }
    }

    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string NewName { get; set; } = "";

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override bool IsLiteral => _isLiteral;
    private protected override SwitchParameter UseForce => Force;

    protected override void ProcessRecord() =>
        Try(() => Internals.Call(InvokeProvider.Item, "Rename", Path, NewName, NewContext(PassThru)));
}

using System.Management.Automation;
using System.Text;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsData.Export, "Clixml", SupportsShouldProcess = true)]
public sealed class ExportClixmlCommand : PSCmdlet
{
    private readonly List<PSObject?> _items = [];

    [Parameter(Position = 0, Mandatory = true)]
    [Alias("LiteralPath", "PSPath", "LP")]
    public string Path { get; set; } = "";

    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Depth { get; set; } = 2;

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    [Parameter]
    [TextEncoding]
    public Encoding Encoding { get; set; } = TextEncodingAttribute.Default;

    protected override void ProcessRecord() => _items.Add(InputObject);

    protected override void EndProcessing()
    {
        var path = this.ResolveForWriting(Path);
        if (ShouldProcess(path, "Export-Clixml"))
        {
            using var writer = this.OpenForWriting(path, Encoding, append: false, NoClobber, Force);
            writer.Write(Internals.CallStatic("System.Management.Automation.PSSerializer", "Serialize", _items.ToList<object?>(), Depth,
                true));
        }
    }
}

using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsData.Import, "Clixml", DefaultParameterSetName = "ByPath")]
public sealed class ImportClixmlCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "ByPath", ValueFromPipeline = true)]
    public string[]? Path { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "ByLiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[]? LiteralPath { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var file in (LiteralPath ?? Path)!.SelectMany(path => this.ResolveForReading(path, LiteralPath is not null)))
        {
            WriteObject(PSSerializer.DeserializeAsList(File.ReadAllText(file)), enumerateCollection: true);
        }
    }
}

using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsData.Convert, "Path", DefaultParameterSetName = "Path")]
[OutputType(typeof(string))]
public sealed class ConvertPathCommand : ProviderCommand
{
    private bool _isLiteral;

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath
    {
        get => Path;
        set
        {
            _isLiteral = true;
            Path = value;
        }
    }

    private protected override bool IsLiteral => _isLiteral;

    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            Try(() =>
            {
                foreach (var info in ResolvePaths(path))
                {
                    WriteObject(info.ProviderPath);
                }
            });
        }
    }
}

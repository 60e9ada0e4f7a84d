using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsDiagnostic.Resolve, "Path", DefaultParameterSetName = "Path")]
[OutputType(typeof(PathInfo), typeof(string))]
public sealed class ResolvePathCommand : ProviderCommand
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

    [Parameter]
    public SwitchParameter Relative { get; set; }

    [Parameter]
    public string? RelativeBasePath { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool IsLiteral => _isLiteral;
    private protected override SwitchParameter UseForce => Force;

    protected override void ProcessRecord()
    {
        var start = RelativeBasePath is null
            ? SessionState.Path.CurrentLocation.ProviderPath
            : SessionState.Path.GetUnresolvedProviderPathFromPSPath(RelativeBasePath);
        foreach (var path in Path)
        {
            Try(() =>
            {
                foreach (var info in ResolvePaths(path))
                {
                    WriteObject(Relative ? ToRelative(info, start) : info);
                }
            });
        }
    }

    private static string ToRelative(PathInfo info, string start)
    {
        var relative = System.IO.Path.GetRelativePath(start, info.ProviderPath);
        return relative is "." or ".." || relative.StartsWith("../", StringComparison.Ordinal) ? relative : "./" + relative;
    }
}

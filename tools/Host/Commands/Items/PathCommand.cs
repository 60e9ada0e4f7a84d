using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>A provider command on paths: by -Path, which may have wildcards, or by -LiteralPath, and filtered.</summary>
public abstract class PathCommand : ProviderCommand
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
    public string? Filter { get; set; }

    [Parameter]
    [SupportsWildcards]
    public string[]? Include { get; set; }

    [Parameter]
    [SupportsWildcards]
    public string[]? Exclude { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool IsLiteral => _isLiteral;
    private protected override SwitchParameter UseForce => Force;
    private protected override string? UseFilter => Filter;
    private protected override string[]? UseInclude => Include;
    private protected override string[]? UseExclude => Exclude;

    private protected string FirstPath => Path is { Length: > 0 } ? Path[0] : ".";

    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            Try(() => Process(path));
        }
    }

    private protected virtual void Process(string path)
    {
    }
}

using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Split, "Path", DefaultParameterSetName = "ParentSet")]
[OutputType(typeof(string), typeof(bool))]
public sealed class SplitPathCommand : ProviderCommand
{
    private bool _isLiteral;

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "ParentSet", ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "LeafSet", ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "LeafBaseSet", ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "ExtensionSet", ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "QualifierSet", ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "NoQualifierSet", ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "IsAbsoluteSet", ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPathSet", ValueFromPipelineByPropertyName = true)]
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

    [Parameter(ParameterSetName = "ParentSet", ValueFromPipelineByPropertyName = true)]
    public SwitchParameter Parent { get; set; } = true;

    [Parameter(Mandatory = true, ParameterSetName = "LeafSet", ValueFromPipelineByPropertyName = true)]
    public SwitchParameter Leaf { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "LeafBaseSet", ValueFromPipelineByPropertyName = true)]
    public SwitchParameter LeafBase { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "ExtensionSet", ValueFromPipelineByPropertyName = true)]
    public SwitchParameter Extension { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "QualifierSet", ValueFromPipelineByPropertyName = true)]
    public SwitchParameter Qualifier { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "NoQualifierSet", ValueFromPipelineByPropertyName = true)]
    public SwitchParameter NoQualifier { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "IsAbsoluteSet", ValueFromPipelineByPropertyName = true)]
    public SwitchParameter IsAbsolute { get; set; }

    [Parameter]
    public SwitchParameter Resolve { get; set; }

    private protected override bool IsLiteral => _isLiteral;

    protected override void ProcessRecord()
    {
        foreach (var path in Path)
        {
            Try(() =>
            {
                var paths = Resolve ? SessionState.Path.GetResolvedPSPathFromPSPath(path).Select(info => info.Path) : [path];
                foreach (var one in paths)
                {
                    WriteObject(Split(one));
                }
            });
        }
    }

    private object Split(string path)
    {
        if (IsAbsolute)
        {
            return SessionState.Path.IsPSAbsolute(path, out _);
        }

        if (Leaf || LeafBase || Extension)
        {
            var leaf = (string)Internals.Call(SessionState.Path, "ParseChildName", path, NewContext(), true)!;
            return LeafBase ? System.IO.Path.GetFileNameWithoutExtension(leaf) : Extension ? System.IO.Path.GetExtension(leaf) : leaf;
        }

        if (!Qualifier && !NoQualifier)
        {
            return (string)Internals.Call(SessionState.Path, "ParseParent", path, "", NewContext(), true)!;
        }

        var colon = path.IndexOf("::", StringComparison.Ordinal) is >= 0 and var two ? two + 2
            : path.IndexOf(':', StringComparison.Ordinal) + 1;
        if (Qualifier && colon == 0)
        {
            throw new PSArgumentException($"Cannot parse path because path '{path}' does not have a qualifier specified.");
        }

        return Qualifier ? path[..colon] : path[colon..];
    }
}

using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsDiagnostic.Test, "Path", DefaultParameterSetName = "Path")]
[OutputType(typeof(bool))]
public sealed class TestPathCommand : ProviderCommand
{
    private bool _isLiteral;

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    [SupportsWildcards]
    public string?[]? Path { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public string?[]? LiteralPath
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
    [Alias("Type")]
    public TestPathType PathType { get; set; }

    [Parameter]
    public SwitchParameter IsValid { get; set; }

    private protected override bool IsLiteral => _isLiteral;
    private protected override string? UseFilter => Filter;
    private protected override string[]? UseInclude => Include;
    private protected override string[]? UseExclude => Exclude;

    private protected override object? GetDynamicParameters(object context) =>
        Path is [{ Length: > 0 } first, ..] && PathType == TestPathType.Any && !IsValid
            ? Internals.Call(InvokeProvider.Item, "ItemExistsDynamicParameters", first, context)
            : null;

    protected override void ProcessRecord()
    {
        if (Path is not { Length: > 0 })
        {
            WriteError(new ErrorRecord(new ArgumentNullException(nameof(Path),
                "The provided Path argument was null or an empty collection."),
                "NullPathNotPermitted", ErrorCategory.InvalidArgument, Path));
            return;
        }

        foreach (var path in Path)
        {
            if (path is null)
            {
                WriteError(new ErrorRecord(new ArgumentNullException(nameof(Path),
                    "The provided Path argument was null or an empty collection."),
                    "NullPathNotPermitted", ErrorCategory.InvalidArgument, Path));
            }
            else
            {
                WriteObject(!string.IsNullOrWhiteSpace(path) && Test(path));
            }
        }
    }

    private bool Test(string path)
    {
        try
        {
            if (IsValid)
            {
                return (bool)Internals.Call(SessionState.Path, "IsValid", path, NewContext())!;
            }

            if (!(bool)Internals.Call(InvokeProvider.Item, "Exists", path, NewContext())!)
            {
                return false;
            }

            return PathType == TestPathType.Any
                || (bool)Internals.Call(InvokeProvider.Item, "IsContainer", path, NewContext())! == (PathType == TestPathType.Container);
        }
        catch (Exception exception) when (exception is DriveNotFoundException or ProviderNotFoundException or PSNotSupportedException
            or ItemNotFoundException or PSArgumentException)
        {
            return false;
        }
    }
}

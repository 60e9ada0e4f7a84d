using System.Management.Automation;
using System.Text;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

[Cmdlet("Tee", "Object", DefaultParameterSetName = "File")]
public sealed class TeeObjectCommand : PSCmdlet, IDisposable
{
    private readonly List<object?> _kept = [];
    private System.Management.Automation.PowerShell? _shell;
    private SteppablePipeline? _file;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "File")]
    [Alias("Path")]
    public string FilePath { get; set; } = "";

    [Parameter(Mandatory = true, ParameterSetName = "LiteralFile")]
    [Alias("PSPath", "LP")]
    public string? LiteralPath { get; set; }

    [Parameter]
    public SwitchParameter Append { get; set; }

    [Parameter]
    [TextEncoding]
    public Encoding Encoding { get; set; } = TextEncodingAttribute.Default;

    [Parameter(Mandatory = true, ParameterSetName = "Variable")]
    public string? Variable { get; set; }

    protected override void BeginProcessing()
    {
        if (Variable is not null)
        {
            if (Append && SessionState.PSVariable.GetValue(Variable) is { } before)
            {
                _kept.AddRange((LanguagePrimitives.GetEnumerable(before) ?? new[] { before }).Cast<object?>());
            }

            return;
        }

        _shell = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
        _shell.AddCommand("Out-File").AddParameter("LiteralPath", LiteralPath ?? this.ResolveForWriting(FilePath))
            .AddParameter("Append", Append).AddParameter("Encoding", Encoding);
        _file = (SteppablePipeline)Internals.Call(_shell, "GetSteppablePipeline")!;
        _file.Begin(this);
    }

    protected override void ProcessRecord()
    {
        _file?.Process(InputObject);
        _kept.Add(InputObject);
        WriteObject(InputObject);
        if (_file is not null)
        {
            _kept.Clear();
        }
    }

    protected override void EndProcessing()
    {
        _file?.End();
        if (Variable is not null)
        {
            SessionState.PSVariable.Set(Variable, _kept.Count == 1 ? _kept[0] : _kept.ToArray());
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _shell?.Dispose();
    }
}

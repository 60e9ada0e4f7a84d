using System.Management.Automation;
using System.Management.Automation.Provider;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

/// <summary>Writes values to what the paths lead to, which stays open from the first value to the last.</summary>
public abstract class ContentCommand : PathCommand
{
    private List<IContentWriter>? _writers;

    [Parameter(Position = 1, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? Value { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected abstract bool Truncates { get; }

    private protected override object? GetDynamicParameters(object context) =>
        Internals.Call(InvokeProvider.Content, "GetContentWriterDynamicParameters", FirstPath, context);

    protected override void BeginProcessing()
    {
        // Paths from the pipeline come later.
        if (Path.Length > 0)
        {
            Open();
        }
    }

    protected override void ProcessRecord()
    {
        Open();
        if (Value is null)
        {
            return;
        }

        foreach (var writer in _writers!)
        {
            writer.Write(Value);
        }

        if (PassThru)
        {
            WriteObject(Value, enumerateCollection: true);
        }
    }

    protected override void EndProcessing() => Close();

    protected override void StopProcessing()
    {
        base.StopProcessing();
        Close();
    }

    private void Open()
    {
        if (_writers is not null)
        {
            return;
        }

        _writers = [];
        foreach (var path in Path.SelectMany(Expand))
        {
            if (!ShouldProcess($"Path: {Full(path)}", Truncates ? "Set Content" : "Add Content"))
            {
                continue;
            }

            Try(() =>
            {
                if (Truncates)
                {
                    Truncate(path);
                }

                foreach (var writer in (IEnumerable<IContentWriter>)Internals.Call(InvokeProvider.Content, "GetWriter", path,
                    LiteralContext())!)
                {
                    if (!Truncates)
                    {
                        writer.Seek(0, SeekOrigin.End);
                    }

                    _writers.Add(writer);
                }
            });
        }
    }

    // What is not there yet is made; a pattern must match something.
    private IEnumerable<string> Expand(string path)
    {
        if (IsLiteral || !WildcardPattern.ContainsWildcardCharacters(path))
        {
            return [path];
        }

        IEnumerable<PathInfo> found = [];
        Try(() => found = ResolvePaths(path));
        return found.Select(info => info.Path);
    }

    private string Full(string path) =>
        SessionState.Path.IsProviderQualified(path) ? path : SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);

    private void Truncate(string path)
    {
        if (InvokeProvider.Item.Exists(path, Force, literalPath: true))
        {
            Internals.Call(InvokeProvider.Content, "Clear", path, QuietContext());
        }
    }

    private object LiteralContext()
    {
        var context = NewContext();
        Internals.Set(context, "SuppressWildcardExpansion", true);
        return context;
    }

    // Asked already: the provider need not ask again.
    private object QuietContext()
    {
        var context = Internals.Create("System.Management.Automation.CmdletProviderContext", Internals.Get(this, "Context"));
        Internals.Set(context, "Force", (SwitchParameter)Force);
        Internals.Set(context, "SuppressWildcardExpansion", true);
        return context;
    }

    private void Close()
    {
        _writers?.ForEach(writer =>
        {
            writer.Close();
            writer.Dispose();
        });
        _writers?.Clear();
    }
}

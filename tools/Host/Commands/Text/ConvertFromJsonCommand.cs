using System.Management.Automation;
using Newtonsoft.Json;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsData.ConvertFrom, "Json")]
public sealed class ConvertFromJsonCommand : PSCmdlet
{
    private readonly List<string> _lines = [];

    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string InputObject { get; set; } = "";

    [Parameter]
    public SwitchParameter AsHashtable { get; set; }

    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Depth { get; set; } = 1024;

    [Parameter]
    public SwitchParameter NoEnumerate { get; set; }

    [Parameter]
    [ValidateSet("Default", "String", "Local", "Utc", "Offset")]
    public string DateKind { get; set; } = "Default";

    protected override void ProcessRecord() => _lines.Add(InputObject);

    protected override void EndProcessing()
    {
        // One document over many lines, unless the first line is a whole document: then each line is one.
        if (_lines.Count > 1 && TryRead(_lines[0], out var first))
        {
            WriteObject(first, !NoEnumerate);
            foreach (var line in _lines.Skip(1))
            {
                WriteOne(line);
            }
        }
        else if (_lines.Count > 0)
        {
            WriteOne(string.Join(Environment.NewLine, _lines));
        }
    }

    private bool TryRead(string text, out object? value)
    {
        try
        {
            value = Read(text);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            value = null;
            return false;
        }
    }

    private void WriteOne(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        try
        {
            WriteObject(Read(text), !NoEnumerate);
        }
        catch (JsonException exception)
        {
            Fail(new ArgumentException($"Conversion from JSON failed with error: {exception.Message}", exception),
                "System.ArgumentException");
        }
        catch (InvalidOperationException exception)
        {
            Fail(exception, "KeysWithDifferentCasing");
        }
    }

    private object? Read(string text) => new JsonText(AsHashtable, Depth, DateKind switch
    {
        "String" => DateParseHandling.None,
        "Offset" => DateParseHandling.DateTimeOffset,
        _ => DateParseHandling.DateTime,
    }).Read(text);

    private void Fail(Exception exception, string id) =>
        ThrowTerminatingError(new ErrorRecord(exception, id, ErrorCategory.InvalidOperation, null));
}

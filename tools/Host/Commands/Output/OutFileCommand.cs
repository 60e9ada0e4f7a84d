using System.Management.Automation;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsData.Out, "File", SupportsShouldProcess = true, DefaultParameterSetName = "ByPath")]
public sealed class OutFileCommand : FrontEndCommandBase
{
    private StreamWriter? _writer;

    public OutFileCommand() => Formatter.AttachWriter(this);

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "ByPath")]
    [Alias("Path")]
    public string FilePath { get; set; } = "";

    [Parameter(Mandatory = true, ParameterSetName = "ByLiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string? LiteralPath { get; set; }

    [Parameter(Position = 1)]
    [TextEncoding]
    public System.Text.Encoding Encoding { get; set; } = TextEncodingAttribute.Default;

    [Parameter]
    public SwitchParameter Append { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    [Parameter]
    [ValidateRange(2, int.MaxValue)]
    public int Width { get; set; } = int.MaxValue;

    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    protected override void BeginProcessing()
    {
        var path = LiteralPath is null ? this.ResolveForWriting(FilePath) : GetUnresolvedProviderPathFromPSPath(LiteralPath);
        // With -WhatIf the lines go nowhere.
        _writer = ShouldProcess(path, "Output to File") ? this.OpenForWriting(path, Encoding, Append, NoClobber, Force) : StreamWriter.Null;
        Formatter.WriteTo(this, NoNewline ? new LineWriter(_writer.Write) : new LineWriter(_writer.WriteLine), Width);
        base.BeginProcessing();
    }

    protected override void ProcessRecord()
    {
        base.ProcessRecord();
        _writer?.Flush();
    }

    protected override void EndProcessing()
    {
        base.EndProcessing();
        _writer?.Flush();
    }

    protected override void InternalDispose()
    {
        base.InternalDispose();
        _writer?.Dispose();
        _writer = null;
    }
}

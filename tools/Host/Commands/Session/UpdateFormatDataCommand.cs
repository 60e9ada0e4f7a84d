using System.Management.Automation;
using System.Management.Automation.Runspaces;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsData.Update, "FormatData", SupportsShouldProcess = true)]
public sealed class UpdateFormatDataCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "Path")]
    public string[] AppendPath { get; set; } = [];

    [Parameter]
    public string[] PrependPath { get; set; } = [];

    protected override void ProcessRecord()
    {
        var context = Internals.Get(this, "Context")!;
        var state = (InitialSessionState)Internals.Get(context, "InitialSessionState")!;
        Array.ForEach([.. Files(PrependPath)], file => Internals.Call(state.Formats, "InsertItem", 0, new SessionStateFormatEntry(file)));
        state.Formats.Add(Files(AppendPath).Select(file => new SessionStateFormatEntry(file)));
        Internals.Call(state, "UpdateFormats", context, false);
    }

    private IEnumerable<string> Files(string[] paths) =>
        paths.SelectMany(path => this.ResolveForReading(path, isLiteral: false)).Where(file => ShouldProcess(file, "Update FormatData"));
}

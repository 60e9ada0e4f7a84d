using System.Management.Automation;
using System.Management.Automation.Language;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsData.Import, "PowerShellDataFile", DefaultParameterSetName = "ByPath")]
public sealed class ImportPowerShellDataFileCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "ByPath")]
    public string[]? Path { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "ByLiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[]? LiteralPath { get; set; }

    [Parameter]
    public SwitchParameter SkipLimitCheck { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var path in LiteralPath ?? Path!)
        {
            try
            {
                foreach (var file in this.ResolveForReading(path, LiteralPath is not null))
                {
                    Read(file);
                }
            }
            catch (Exception exception) when (exception is ItemNotFoundException or DriveNotFoundException)
            {
                WriteError(new ErrorRecord(new ItemNotFoundException($"Cannot find path '{path}' because it does not exist.", exception),
                    "PathNotFound", ErrorCategory.ObjectNotFound, path));
            }
            catch (PSInvalidOperationException exception)
            {
                WriteError(new ErrorRecord(exception, "CouldNotParseAsPowerShellDataFile", ErrorCategory.InvalidData, path));
            }
        }
    }

    private void Read(string file)
    {
        var script = Parser.ParseFile(file, out _, out var errors);
        if (errors.Length > 0
            || script.EndBlock?.Statements is not
                [PipelineAst { PipelineElements: [CommandExpressionAst { Expression: HashtableAst table }] }])
        {
            throw new PSInvalidOperationException($"The file '{file}' could not be parsed as a PowerShell Data File.");
        }

        // Only what is data: nothing in the file is run.
        WriteObject(table.SafeGetValue());
    }
}

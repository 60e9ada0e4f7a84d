using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.New, "Variable", SupportsShouldProcess = true)]
public sealed class NewVariableCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public object? Value { get; set; }

    [Parameter]
    public string? Description { get; set; }

    [Parameter]
    public ScopedItemOptions Option { get; set; }

    [Parameter]
    public SessionStateEntryVisibility Visibility { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Scope { get; set; }

    protected override void ProcessRecord()
    {
        if (!Force && this.FindVariables(WildcardPattern.Escape(Name) == Name ? Name : "", Scope ?? "local", isError: false).Any())
        {
            WriteError(new ErrorRecord(new SessionStateException($"A variable with name '{Name}' already exists."),
                "VariableAlreadyExists", ErrorCategory.ResourceExists, Name));
            return;
        }

        if (!ShouldProcess($"Name: {Name} Value: {Value}", "New variable"))
        {
            return;
        }

        var variable = new PSVariable(Name, Value, Option) { Description = Description ?? "", Visibility = Visibility };
        this.TrySession(() =>
        {
            this.SetVariable(variable, Scope ?? "local", Force);
            if (PassThru)
            {
                WriteObject(variable);
            }
        });
    }
}

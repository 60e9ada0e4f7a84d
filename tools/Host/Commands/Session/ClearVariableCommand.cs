using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Clear, "Variable", SupportsShouldProcess = true)]
public sealed class ClearVariableCommand : VariableCommand
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = [];

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var variable in Name.SelectMany(name => this.FindVariables(name, Scope)).Where(IsMeant))
        {
            if (ShouldProcess($"Name: {variable.Name}", "Clear variable"))
            {
                this.TrySession(() => variable.Value = null);
                if (PassThru)
                {
                    WriteObject(variable);
                }
            }
        }
    }
}

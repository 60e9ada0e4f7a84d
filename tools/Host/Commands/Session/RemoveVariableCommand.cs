using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Remove, "Variable", SupportsShouldProcess = true)]
public sealed class RemoveVariableCommand : VariableCommand
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = [];

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var variable in Name.SelectMany(name => this.FindVariables(name, Scope)).Where(IsMeant))
        {
            if (ShouldProcess($"Name: {variable.Name}", "Remove variable"))
            {
                this.TrySession(() => this.RemoveVariable(variable, Scope, Force));
            }
        }
    }
}

using System.Management.Automation;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Remove, "Alias")]
public sealed class RemoveAliasCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = [];

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        var state = Internals.Get(SessionState, "Internal")!;
        foreach (var name in Name)
        {
            if (Internals.Call(state, "GetAlias", name) is null)
            {
                WriteError(new ErrorRecord(
                    new ItemNotFoundException($"This command cannot find a matching alias because an alias with the name '{name}' "
                        + "does not exist."),
                    "ItemNotFoundException", ErrorCategory.ObjectNotFound, name));
            }
            else
            {
                this.TrySession(() => Internals.Call(state, "RemoveAlias", name, Force.ToBool()));
            }
        }
    }
}

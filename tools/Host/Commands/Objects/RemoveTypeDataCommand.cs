using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Remove, "TypeData", SupportsShouldProcess = true)]
public sealed class RemoveTypeDataCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string TypeName { get; set; } = "";

    protected override void ProcessRecord()
    {
        if (!ShouldProcess(TypeName, "Remove TypeData"))
        {
            return;
        }

        var table = Internals.Get(Internals.Get(this, "Context")!, "TypeTable")!;
        var errors = new ConcurrentBag<string>();
        Internals.Call(table, "Update", new TypeData(TypeName), errors, true);
        Internals.Call(table, "ClearConsolidatedMembers");
        foreach (var text in errors)
        {
            WriteError(new ErrorRecord(new InvalidOperationException(text), "TypesDynamicRemoveException", ErrorCategory.InvalidOperation,
                TypeName));
        }
    }
}

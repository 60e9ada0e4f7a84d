using System.Management.Automation;
using System.Management.Automation.Runspaces;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Get, "TypeData")]
[OutputType(typeof(TypeData))]
public sealed class GetTypeDataCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] TypeName { get; set; } = ["*"];

    protected override void ProcessRecord()
    {
        var table = Internals.Get(Internals.Get(this, "Context")!, "TypeTable")!;
        var all = (Dictionary<string, TypeData>)Internals.Call(table, "GetAllTypeData")!;
        var patterns = TypeName.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase)).ToArray();
        WriteObject(all.Values.Where(data => Array.Exists(patterns, pattern => pattern.IsMatch(data.TypeName))), enumerateCollection: true);
    }
}

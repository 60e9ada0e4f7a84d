using System.Collections;
using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>New-PesterContainer: test files or script blocks, once for each set of parameters.</summary>
[Cmdlet(VerbsCommon.New, "PesterContainer", DefaultParameterSetName = "Path")]
[OutputType(typeof(PesterContainer))]
public sealed class NewPesterContainerCommand : PSCmdlet
{
    [Parameter(Mandatory = true, ParameterSetName = "Path")]
    public string[] Path { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = "ScriptBlock")]
    public ScriptBlock[] ScriptBlock { get; set; } = [];

    [Parameter]
    [AllowNull]
    public IDictionary?[]? Data { get; set; }

    protected override void EndProcessing()
    {
        IEnumerable<object> items = ParameterSetName == "Path" ? new TestFiles(SessionState).Find(Path) : ScriptBlock;
        IDictionary?[] data = Data is { Length: > 0 } ? Data : [null];
        foreach (var item in items)
        {
            foreach (var set in data)
            {
                WriteObject(new PesterContainer(item, set));
            }
        }
    }
}

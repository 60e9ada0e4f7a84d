using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>It: one test, or one for each set of data.</summary>
[Cmdlet(VerbsCommon.Add, "PesterIt")]
[Alias("It")]
public sealed class ItCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    public string Name { get; set; } = "";

    [Parameter(Position = 1)]
    public ScriptBlock? Test { get; set; }

    [Parameter]
    [Alias("TestCases")]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? ForEach { get; set; }

    [Parameter]
    [Alias("Tags")]
    public string[] Tag { get; set; } = [];

    [Parameter]
    public SwitchParameter Skip { get; set; }

    [Parameter]
    public SwitchParameter AllowNullOrEmptyForEach { get; set; }

    protected override void EndProcessing()
    {
        if (Test is null)
        {
            throw new ArgumentException($"It '{Name}' has no script block; does its opening brace stand on the next line?");
        }

        var run = RunState.Require("It");
        if (run.Discovering is not { IsRoot: false } block)
        {
            throw new InvalidOperationException($"It '{Name}' is not directly in a Describe or Context");
        }

        if (!MyInvocation.BoundParameters.ContainsKey(nameof(ForEach)))
        {
            Add(block, null, null);
            return;
        }

        foreach (var data in ForEach ?? [])
        {
            Add(block, data, $"{MyInvocation.ScriptLineNumber}:{MyInvocation.OffsetInLine}");
        }
    }

    private void Add(PesterBlock block, object? data, string? group)
    {
        string[] path = [.. block.Path, Name];
        var test = new PesterTest(Name, Test!, MyInvocation.ScriptLineNumber)
        {
            Owner = block,
            Path = path,
            ExpandedPath = string.Join('.', path),
            Tag = Tag,
            Skip = Skip,
            Data = data,
            GroupId = group,
        };
        block.Tests.Add(test);
        block.Order.Add(test);
    }
}

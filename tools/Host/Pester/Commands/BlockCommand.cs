using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>Describe and Context.</summary>
public abstract class BlockCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    public string Name { get; set; } = "";

    [Parameter(Position = 1)]
    public ScriptBlock? Fixture { get; set; }

    [Parameter]
    [Alias("Tags")]
    public string[] Tag { get; set; } = [];

    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? ForEach { get; set; }

    [Parameter]
    public SwitchParameter Skip { get; set; }

    [Parameter]
    public SwitchParameter AllowNullOrEmptyForEach { get; set; }

    private protected abstract string Command { get; }

    protected override void EndProcessing()
    {
        if (Fixture is null)
        {
            throw new ArgumentException($"{Command} '{Name}' has no script block; does its opening brace stand on the next line?");
        }

        if (RunState.Current is not { } run)
        {
            RunWholeFile();
            return;
        }

        if (run.Discovering is null)
        {
            throw new InvalidOperationException($"{Command} '{Name}' is inside a test or a set-up; tests hold no blocks");
        }

        Discovery.TakeParameters(run, SessionState);
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(ForEach)))
        {
            Read(run, null, null);
            return;
        }

        foreach (var data in ForEach ?? [])
        {
            Read(run, data, $"{MyInvocation.ScriptLineNumber}:{MyInvocation.OffsetInLine}");
        }
    }

    private void Read(RunState run, object? data, string? group) => Discovery.Read(run, this,
        new PesterBlock(Name, Fixture!, MyInvocation.ScriptLineNumber, Command) { Tag = Tag, Skip = Skip, Data = data, GroupId = group });

    // A test file that is run directly runs under Invoke-Pester, and its own run ends there.
    private void RunWholeFile()
    {
        if (!Path.IsPathRooted(MyInvocation.ScriptName))
        {
            throw new InvalidOperationException($"{Command} works only in a test file: save it and run it with Invoke-Pester");
        }

        InvokeCommand.InvokeScript(
            useLocalScope: true,
            ScriptBlock.Create("""
                param($path, $data)
                $null = Invoke-Pester -Container (New-PesterContainer -Path $path -Data $data)
                exit $global:LASTEXITCODE
                """),
            null,
            MyInvocation.ScriptName,
            SessionState.PSVariable.GetValue("PSBoundParameters"));
    }
}

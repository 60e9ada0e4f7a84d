using System.Collections;
using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>InModuleScope: runs a script block inside a loaded script module.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "PesterInModuleScope")]
[Alias("InModuleScope")]
public sealed class InModuleScopeCommand : PSCmdlet
{
    private const string Text = """
        param($private:______script, $private:______data, $private:______arguments, $private:______with)
        foreach ($private:______pair in $______data.GetEnumerator()) {
            $ExecutionContext.SessionState.PSVariable.Set($______pair.Key, $______pair.Value)
        }
        & $______script @______with @______arguments
        """;

    [Parameter(Mandatory = true, Position = 0)]
    public string ModuleName { get; set; } = "";

    [Parameter(Mandatory = true, Position = 1)]
    public ScriptBlock Script { get; set; } = null!;

    [Parameter]
    public IDictionary Parameters { get; set; } = new Hashtable();

    [Parameter(ValueFromRemainingArguments = true)]
    public object?[] ArgumentList { get; set; } = [];

    protected override void EndProcessing()
    {
        var modules = InvokeCommand.InvokeScript("param($name) Get-Module -Name $name -All", ModuleName)
            .Select(module => module.BaseObject).OfType<PSModuleInfo>()
            .Where(module => module.ModuleType is ModuleType.Script or ModuleType.Manifest).ToList();
        if (modules is not [{ SessionState: { } session }])
        {
            throw new InvalidOperationException($"Expected one loaded script module named '{ModuleName}', but there are {modules.Count}");
        }

        var state = SessionBinding.Of(session);
        SessionBinding.Bind(Script, state);
        var with = FrameStep.Run(Script, Parameters).Arguments;
        var result = InvokeCommand.InvokeScript(
            useLocalScope: true, SessionBinding.Create(Text, state), null, Script, Variables.Of(Parameters), ArgumentList, with);
        WriteObject(result, enumerateCollection: true);
    }
}

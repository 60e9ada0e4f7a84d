using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Set, "Variable", SupportsShouldProcess = true)]
[OutputType(typeof(PSVariable))]
public sealed class SetVariableCommand : VariableCommand
{
    private readonly List<object?> _values = [];
    private bool _isFromPipeline;

    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = [];

    [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public object? Value { get; set; } = System.Management.Automation.Internal.AutomationNull.Value;

    [Parameter]
    public string? Description { get; set; }

    [Parameter]
    public ScopedItemOptions Option { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SessionStateEntryVisibility Visibility { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void BeginProcessing() =>
        _isFromPipeline = !MyInvocation.BoundParameters.ContainsKey(nameof(Value)) && MyInvocation.ExpectingInput;

    protected override void ProcessRecord()
    {
        if (_isFromPipeline)
        {
            _values.Add(Value);
        }
        else
        {
            Array.ForEach(Name, name => Set(name, Value));
        }
    }

    protected override void EndProcessing()
    {
        if (_isFromPipeline)
        {
            Array.ForEach(Name, name => Set(name, _values.Count == 1 ? _values[0] : _values.ToArray()));
        }
    }

    private void Set(string name, object? value)
    {
        var bound = MyInvocation.BoundParameters;
        var hasValue = _isFromPipeline || bound.ContainsKey(nameof(Value));
        var found = this.FindVariables(name, Scope, isError: false).Where(IsMeant).ToArray();
        if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
        {
            found = [new PSVariable(name)];
        }

        foreach (var variable in found.Where(variable => ShouldProcess($"Name: {variable.Name} Value: {value}", "Set variable")))
        {
            this.TrySession(() =>
            {
                if (Force && !variable.Options.HasFlag(ScopedItemOptions.Constant))
                {
                    variable.Options &= ~ScopedItemOptions.ReadOnly;
                }

                // A variable of an outer scope is hidden by a new one here, as an assignment does it.
                var isOwn = Scope is not null || this.FindVariables(variable.Name, "local", isError: false).Any()
                    || variable.Options.HasFlag(ScopedItemOptions.AllScope);
                var target = isOwn ? variable : new PSVariable(variable.Name);
                target.Value = hasValue ? value : variable.Value;
                target.Description = Description ?? variable.Description;
                target.Visibility = bound.ContainsKey(nameof(Visibility)) ? Visibility : variable.Visibility;
                this.SetVariable(target, Scope ?? "local", Force);
                if (bound.ContainsKey(nameof(Option)))
                {
                    target.Options = Option;
                }

                if (PassThru)
                {
                    WriteObject(target);
                }
            });
        }
    }
}

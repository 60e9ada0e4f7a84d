using System.Management.Automation;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

/// <summary>Gives a command another name.</summary>
public abstract class AliasCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string Value { get; set; } = "";

    [Parameter]
    public string Description { get; set; } = "";

    [Parameter]
    public ScopedItemOptions Option { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    [Parameter]
    public string? Scope { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected abstract bool MustBeNew { get; }

    protected override void ProcessRecord()
    {
        var state = Internals.Get(SessionState, "Internal")!;
        if (MustBeNew && !Force && Internals.Call(state, "GetAliasAtScope", Name, Scope ?? "local") is not null)
        {
            WriteError(new ErrorRecord(new SessionStateException($"The alias is not allowed, because an alias with the name '{Name}' "
                + "already exists."),
                "AliasAlreadyExists", ErrorCategory.ResourceExists, Name));
            return;
        }

        if (!ShouldProcess($"Name: {Name} Value: {Value}", MustBeNew ? "New alias" : "Set alias"))
        {
            return;
        }

        this.TrySession(() =>
        {
            var alias = (AliasInfo)Internals.Create("System.Management.Automation.AliasInfo", Name, Value, Internals.Get(this, "Context"),
                Option);
            alias.Description = Description;
            var set = Scope is null
                ? Internals.Call(state, "SetAliasItem", alias, Force.ToBool(), CommandOrigin.Internal)
                : Internals.Call(state, "SetAliasItemAtScope", alias, Scope, Force.ToBool(), CommandOrigin.Internal);
            if (PassThru)
            {
                WriteObject(set);
            }
        });
    }
}

using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>What the variable commands have in common: which of the names found are meant.</summary>
public abstract class VariableCommand : PSCmdlet
{
    [Parameter]
    public string[] Include { get; set; } = [];

    [Parameter]
    public string[] Exclude { get; set; } = [];

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Scope { get; set; }

    private protected bool IsMeant(PSVariable variable) =>
        (Include.Length == 0 || Array.Exists(Include, one => Matches(one, variable.Name)))
            && !Array.Exists(Exclude, one => Matches(one, variable.Name));

    private static bool Matches(string pattern, string name) => WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase).IsMatch(name);
}

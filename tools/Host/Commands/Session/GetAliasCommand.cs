using System.Management.Automation;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Get, "Alias", DefaultParameterSetName = "Default")]
[OutputType(typeof(AliasInfo))]
public sealed class GetAliasCommand : PSCmdlet
{
    [Parameter(Position = 0, ParameterSetName = "Default", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = ["*"];

    [Parameter]
    public string[] Exclude { get; set; } = [];

    [Parameter]
    public string? Scope { get; set; }

    [Parameter(ParameterSetName = "Definition")]
    public string[]? Definition { get; set; }

    protected override void ProcessRecord()
    {
        var state = Internals.Get(SessionState, "Internal")!;
        var table = (IDictionary<string, AliasInfo>)(Scope is null
            ? Internals.Call(state, "GetAliasTable")!
            : Internals.Call(state, "GetAliasTableAtScope", Scope)!);
        var aliases = table.Values.Where(alias => !Array.Exists(Exclude, one => Matches(one, alias.Name)))
            .OrderBy(alias => alias.Name, StringComparer.CurrentCultureIgnoreCase).ToArray();
        foreach (var wanted in Definition ?? Name)
        {
            var found = Array.FindAll(aliases, alias => Matches(wanted, Definition is null ? alias.Name : alias.Definition));
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(wanted))
            {
                var text = Definition is null
                    ? $"This command cannot find a matching alias because an alias with the name '{wanted}' does not exist."
                    : $"This command cannot find a matching alias because an alias with the definition '{wanted}' does not exist.";
                WriteError(new ErrorRecord(new ItemNotFoundException(text), "ItemNotFoundException", ErrorCategory.ObjectNotFound, wanted));
            }

            WriteObject(found, enumerateCollection: true);
        }
    }

    private static bool Matches(string pattern, string name) => WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase).IsMatch(name);
}

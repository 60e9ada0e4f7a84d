using System.Management.Automation;
using LxcPS.Engine.Hooks;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Gets the hooks of containers: scripts that were registered, and programs that their configurations name.</summary>
[Cmdlet(VerbsCommon.Get, "LxcHook", DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcHook))]
public sealed class GetLxcHookCommand : ContainerQueryCmdlet
{
    private const string AllSet = "All";

    /// <summary>Only those of these events.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public HookEvent[]? Event { get; set; }

    /// <summary>Only scripts of these names; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HookNameCompleter))]
    public string[]? HookName { get; set; }

    /// <summary>The hooks of all containers of the directory, instead of those that one container has.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    public SwitchParameter All { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == AllSet)
        {
            if (FindStore() is { } store)
            {
                Write(store, HookScripts.OfAll(store));
            }

            return;
        }

        foreach (ContainerTarget target in ResolveTargets())
        {
            Try(target.Name, () => Write(target.Store, HookScripts.Of(target.Store, target.Name)));
        }
    }

    private void Write(ContainerStore store, IEnumerable<RegisteredHook> hooks)
    {
        WildcardPattern[]? patterns = HookName is null ? null : [.. HookName.Select(name => new WildcardPattern(name, WildcardOptions.IgnoreCase))];
        foreach (RegisteredHook hook in hooks)
        {
            if ((Event is null || Event.Contains(hook.Event)) && (patterns is null || (hook.Name is { } name && patterns.Any(pattern => pattern.IsMatch(name)))))
            {
                WriteObject(new LxcHook(store, hook));
            }
        }
    }
}

using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Hooks;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Takes hooks away: the line of the configuration, and the script that Register-LxcHook wrote.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "LxcHook", SupportsShouldProcess = true, DefaultParameterSetName = "Name")]
[OutputType(typeof(void))]
public sealed class UnregisterLxcHookCommand : LxcCmdlet
{
    /// <summary>The containers; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Name")]
    [Alias("ContainerName")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>The event of the hook.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Name")]
    public HookEvent Event { get; set; }

    /// <summary>The name of the hook.</summary>
    [Parameter(Mandatory = true, Position = 2, ParameterSetName = "Name")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HookNameCompleter))]
    public string HookName { get; set; } = string.Empty;

    /// <summary>Hooks, as Get-LxcHook gives them.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "InputObject", ValueFromPipeline = true)]
    [Alias("Hook")]
    [ValidateNotNull]
    public LxcHook[] InputObject { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (LxcHook hook in InputObject)
        {
            Unregister(hook.Store, hook.Hook);
        }

        if (ParameterSetName != "Name" || FindStore() is not { } store)
        {
            return;
        }

        foreach (string name in Name.SelectMany(pattern => ContainerNames.Matching(store, pattern, this)))
        {
            Try(name, () => Unregister(store, Find(store, name)));
        }
    }

    private RegisteredHook Find(ContainerStore store, string name) =>
        HookScripts.Of(store, name).FirstOrDefault(hook => hook.Event == Event && hook.Name == HookName)
        ?? throw new LxcException(LxcErrorId.HookNotFound, $"Container '{name}' has no {Event} hook '{HookName}'")
        {
            ContainerName = name,
            Advice = "See Get-LxcHook for those that there are.",
        };

    private void Unregister(ContainerStore store, RegisteredHook hook)
    {
        string target = hook.Container ?? $"All containers in {store.LxcPath}";
        if (ShouldProcess(target, $"Unregister {hook.Event} hook {hook.Name ?? hook.Command}"))
        {
            Try(target, () => HookScripts.Unregister(store, hook));
        }
    }
}

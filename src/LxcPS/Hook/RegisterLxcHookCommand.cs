using System.Management.Automation;
using LxcPS.Engine.Hooks;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Makes a script a hook of containers, or of all containers of a directory. It runs in a PowerShell of its own.</summary>
[Cmdlet(VerbsLifecycle.Register, "LxcHook", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer), typeof(LxcHook))]
public sealed class RegisterLxcHookCommand : ContainerActionCmdlet
{
    private const string AllSet = "All";

    /// <summary>When the script runs.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public HookEvent Event { get; set; }

    /// <summary>The script. It gets the container as $_; an error that it does not catch is its failure.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNull]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <inheritdoc/>
    [Parameter(Mandatory = true, Position = 2, ParameterSetName = NameSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ContainerName")]
    [SupportsWildcards]
    [AllowEmptyString]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public override string[] Name { get; set; } = [];

    /// <summary>For all containers of the directory, also those that will be made: PostCreate or PreRemove.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    public SwitchParameter All { get; set; }

    /// <summary>What the hook is called; without it the next number.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? HookName { get; set; }

    /// <summary>Whether a hook of the same event and name is replaced.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override string ActionName => $"Register {Event} hook {HookName}".TrimEnd();

    private string Text => HookText.Of(Event, ScriptBlock.ToString(), SessionState.PSVariable.GetValue("PSHOME")?.ToString() ?? string.Empty);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName != AllSet)
        {
            base.ProcessRecord();
        }
        else if (FindStore() is { } store && ShouldProcess($"All containers in {store.LxcPath}", ActionName))
        {
            Try(store.LxcPath, () =>
            {
                RegisteredHook hook = HookScripts.Register(store, null, Event, HookName, Text, Force);
                if (PassThru)
                {
                    WriteObject(new LxcHook(store, hook));
                }
            });
        }
    }

    private protected override Action<WorkItem> Prepare()
    {
        string text = Text;
        return item => item.Say($"registered as {HookScripts.Register(item.Target.Store, item.Target.Name, Event, HookName, text, Force).Path}");
    }
}

using System.Collections;
using System.Management.Automation;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Changes the configuration of containers. What runs keeps its configuration until its next start.</summary>
[Cmdlet(VerbsCommon.Set, "LxcContainer", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer))]
public sealed class SetLxcContainerCommand : ContainerActionCmdlet
{
    /// <summary>Whether the container is started with the machine (<c>lxc.start.auto</c>).</summary>
    [Parameter]
    public bool? AutoStart { get; set; }

    /// <summary>Its place among those that are started with the machine: lower comes first (<c>lxc.start.order</c>).</summary>
    [Parameter]
    public int? StartOrder { get; set; }

    /// <summary>How long to wait after its start before the next one's, as TimeSpan or in seconds (<c>lxc.start.delay</c>).</summary>
    [Parameter]
    [Timeout]
    public TimeSpan? StartDelay { get; set; }

    /// <summary>The groups that it belongs to, instead of those it has (<c>lxc.group</c>).</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? Group { get; set; }

    /// <summary>The host name (<c>lxc.uts.name</c>).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? HostName { get; set; }

    /// <summary>The program that becomes init, with its arguments (<c>lxc.init.cmd</c>).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? InitCommand { get; set; }

    /// <summary>Gives the container a kernel log of its own from its next start on; with :$false it has none.</summary>
    [Parameter]
    public SwitchParameter IsolateKernelLog { get; set; }

    /// <summary>Configuration keys: a value replaces those of its key, an array gives several lines, $null or '' removes the key.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ConfigKeyCompleter))]
    public IDictionary Config { get; set; } = new Hashtable();

    /// <inheritdoc/>
    protected override string ActionName => "Set configuration";

    private protected override void Act(WorkItem item)
    {
        List<ConfigChange> changes = [];
        Add("lxc.start.auto", AutoStart is { } auto ? auto ? "1" : "0" : null);
        Add("lxc.start.order", StartOrder?.ToString());
        Add("lxc.start.delay", StartDelay is { } delay ? ((long)Math.Ceiling(delay.TotalSeconds)).ToString() : null);
        Add("lxc.uts.name", HostName);
        Add("lxc.init.cmd", InitCommand);
        if (MyInvocation.BoundParameters.ContainsKey(nameof(IsolateKernelLog)))
        {
            changes.Add(new ConfigChange(ConfigKeys.IsolateKernelLog, IsolateKernelLog ? ["1"] : []));
        }

        if (Group is not null)
        {
            changes.Add(new ConfigChange("lxc.group", Group));
        }

        foreach (IGrouping<string, string> key in ConfigTable.Pairs(Config).GroupBy(pair => pair.Key, pair => pair.Value))
        {
            changes.Add(new ConfigChange(key.Key, [.. key.Where(value => value.Length > 0)]));
        }

        ConfigChanger.Apply(item.Target.Store, item.Target.Name, changes);
        item.Say($"{changes.Count} keys set");

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                changes.Add(new ConfigChange(key, [value]));
            }
        }
    }
}

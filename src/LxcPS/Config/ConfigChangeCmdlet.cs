using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>A cmdlet that changes keys of configurations. What cannot be changed in any of them ends it before the first is touched.</summary>
public abstract class ConfigChangeCmdlet : ConfigCmdlet
{
    private IReadOnlyList<ConfigChange> changes = [];

    /// <summary>Whether the containers, or with -Path the files, are emitted.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The changes that the parameters ask for.</summary>
    private protected abstract IReadOnlyList<ConfigChange> Changes { get; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            changes = Changes;
            ConfigChanger.Require(changes);
        }
        catch (LxcException e)
        {
            ThrowTerminatingError(ErrorRecords.Of(e, e.ConfigKey));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ConfigTarget target in ResolveConfigs())
        {
            bool agreed = ShouldProcess(target.Display, string.Join("; ", changes.Select(Describe)));
            if ((!agreed || Try(target.Display, () => target.File.Change(config => ConfigChanger.Apply(config, changes)))) && PassThru)
            {
                Try(target.Display, () => Emit(target));
            }
        }
    }

    private void Emit(ConfigTarget target)
    {
        if (target.Container is { } container)
        {
            WriteObject(container.ToContainer());
        }
        else
        {
            WriteItem(target.File.Path);
        }
    }

    /// <summary>Ends the cmdlet: its parameters contradict each other.</summary>
    private protected void Reject(string id, string message, object? target) =>
        ThrowTerminatingError(new ErrorRecord(new PSArgumentException(message), id, ErrorCategory.InvalidArgument, target));

    private static string Describe(ConfigChange change)
    {
        string values = string.Join(", ", change.Values.Where(value => value.Length > 0));
        return change.Kind switch
        {
            ConfigChangeKind.Add => $"Add {change.Key} = {values}",
            ConfigChangeKind.Set when values.Length > 0 => $"Set {change.Key} = {values}",
            ConfigChangeKind.Remove when values.Length > 0 => $"Remove {change.Key} = {values}",
            _ => $"Remove {change.Key}",
        };
    }
}

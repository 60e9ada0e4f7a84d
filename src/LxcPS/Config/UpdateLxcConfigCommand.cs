using System.Management.Automation;
using LxcPS.Engine.Configuration;

namespace LxcPS.Commands;

/// <summary>Gives keys of LXC 1 and 2 in configurations the names that they have today.</summary>
[Cmdlet(VerbsData.Update, "LxcConfig", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcConfigChange))]
public sealed class UpdateLxcConfigCommand : ConfigCmdlet
{
    /// <summary>Whether the changed lines are emitted; with -WhatIf those that would be.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ConfigTarget target in ResolveConfigs())
        {
            Try(target.Display, () =>
            {
                List<LxcConfigChange> changes = Shown(target, target.File.Load().UpdateLegacy());
                if (changes.Count == 0)
                {
                    WriteVerbose($"{target.Display}: no key has an old name");
                    return;
                }

                string text = $"Update {target.Display}:{string.Concat(changes.Select(change => $"\n  {change}"))}";
                if (ShouldProcess(text, text, "Update-LxcConfig"))
                {
                    // Under the lock: another writer may have been here since.
                    target.File.Change(config => changes = Shown(target, config.UpdateLegacy()));
                }

                if (PassThru)
                {
                    WriteObject(changes, enumerateCollection: true);
                }
            });
        }
    }

    private static List<LxcConfigChange> Shown(ConfigTarget target, IReadOnlyList<ConfigLineChange> changes) =>
        [.. changes.Select(change => new LxcConfigChange(change, target.File.Path, target.Container?.Name, target.Container?.LxcPath))];
}

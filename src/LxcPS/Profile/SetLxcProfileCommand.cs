using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Sets the AppArmor profile of containers. What runs keeps its profile until its next start.</summary>
[Cmdlet(VerbsCommon.Set, "LxcProfile", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer))]
public sealed class SetLxcProfileCommand : ContainerActionCmdlet
{
    /// <summary>The profile: generated, unconfined, unchanged, or a name that begins with lxc-; an object of Get-LxcProfile is its name.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public string Profile { get; set; } = string.Empty;

    // The profile comes first, for containers mostly come from the pipeline.

    /// <inheritdoc/>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = NameSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ContainerName")]
    [SupportsWildcards]
    [AllowEmptyString]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public override string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override string ActionName => $"Set AppArmor profile {Profile}";

    private protected override void Act(WorkItem item)
    {
        if (AppArmorName.Objection(Profile) is { } objection)
        {
            throw new LxcException(LxcErrorId.ConfigInvalidValue, $"'{Profile}' cannot be the AppArmor profile of container '{item.Target.Name}': {objection}")
            {
                ContainerName = item.Target.Name,
                ConfigKey = "lxc.apparmor.profile",
                Advice = $"Name a profile that begins with {AppArmorName.Prefix}; Get-LxcProfile lists those that there are.",
            };
        }

        ConfigChanger.Apply(item.Target.Store, item.Target.Name, [new ConfigChange("lxc.apparmor.profile", [Profile])]);
        item.Say($"lxc.apparmor.profile = {Profile}");
    }
}

using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Confinement;

namespace LxcPS.Commands;

/// <summary>A cmdlet that takes profiles out of the kernel.</summary>
public abstract class ProfileRemovalCmdlet : ProfileCmdlet
{
    /// <summary>The names of the profiles; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Whether they go while processes are under them, which are unconfined from then on.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>What is done, as -WhatIf and -Confirm name it.</summary>
    protected abstract string ActionName { get; }

    /// <summary>Whether the file goes, too.</summary>
    private protected abstract bool Deletes { get; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (FindPolicy() is not { } policy)
        {
            return;
        }

        SortedDictionary<string, LxcProfile> profiles = new(StringComparer.Ordinal);
        if (!Try(policy, () => profiles = ReadProfiles(policy, requireKernel: true)))
        {
            return;
        }

        foreach (string pattern in Name)
        {
            WildcardPattern wildcard = new(pattern);
            bool plain = profiles.ContainsKey(pattern) || !WildcardPattern.ContainsWildcardCharacters(pattern);
            foreach (LxcProfile profile in plain ? [profiles.GetValueOrDefault(pattern) ?? new LxcProfile(pattern)]
                : profiles.Values.Where(profile => wildcard.IsMatch(profile.Name) && !profile.IsGenerated))
            {
                Try(profile.Name, () => Remove(profile, policy));
            }
        }
    }

    private void Remove(LxcProfile profile, string policy)
    {
        // The launcher's own stays: without it no container starts confined.
        if (profile.Name == ProfileFiles.MonitorProfile)
        {
            throw new LxcException(LxcErrorId.InvalidName, $"The profile '{profile.Name}' is this module's own, not a container's")
            {
                Advice = $"Name a profile that begins with {AppArmorName.Prefix}.",
            };
        }

        if (profile.Path is null && !profile.IsLoaded)
        {
            throw ProfileRegistrar.NotFound(profile.Name, policy);
        }

        if (ShouldProcess(profile.Name, ActionName))
        {
            ProfileRegistrar.Unregister(profile.Name, profile.Path, policy, Force, Deletes);
            if (!Deletes && profile.Path is not null && System.IO.Path.GetDirectoryName(profile.Path) != policy)
            {
                WriteWarning($"{profile.Name}: a file that includes '{profile.Path}' brings it back at the next start of the system");
            }
        }
    }
}

using System.Management.Automation;
using LxcPS.Engine.Confinement;

namespace LxcPS.Commands;

/// <summary>Gets AppArmor profiles for containers: those that the kernel has and those that files define.</summary>
[Cmdlet(VerbsCommon.Get, "LxcProfile")]
[OutputType(typeof(LxcProfile))]
public sealed class GetLxcProfileCommand : ProfileCmdlet
{
    /// <summary>The names of the profiles; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (FindPolicy() is not { } policy)
        {
            return;
        }

        Try(policy, () =>
        {
            SortedDictionary<string, LxcProfile> profiles = ReadProfiles(policy, requireKernel: false);
            foreach (string pattern in Name)
            {
                // Names of generated profiles hold characters of patterns only by chance.
                if (profiles.TryGetValue(pattern, out LxcProfile? exact))
                {
                    WriteObject(exact);
                }
                else if (WildcardPattern.ContainsWildcardCharacters(pattern))
                {
                    WildcardPattern wildcard = new(pattern);
                    WriteObject(profiles.Values.Where(profile => wildcard.IsMatch(profile.Name)), enumerateCollection: true);
                }
                else
                {
                    WriteError(ProfileRegistrar.NotFound(pattern, policy), pattern);
                }
            }
        });
    }
}

using System.Management.Automation;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Gets what AppArmor denied containers, from the kernel's log.</summary>
[Cmdlet(VerbsCommon.Get, "LxcDenial")]
[OutputType(typeof(LxcDenial))]
public sealed class GetLxcDenialCommand : LxcCmdlet
{
    private IReadOnlyList<AppArmorDenial>? denials;

    /// <summary>The names of the containers; wildcards are allowed. Without it: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ContainerName")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>From when on.</summary>
    [Parameter]
    public DateTime Since { get; set; }

    /// <summary>Whether each has the rule that permits it.</summary>
    [Parameter]
    public SwitchParameter Suggest { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (FindStore() is not { } store)
        {
            return;
        }

        HashSet<string>? names = Name is null ? null : [.. Name.SelectMany(pattern => ContainerNames.Matching(store, pattern, this))];
        if (names is not { Count: 0 })
        {
            Try(store.LxcPath, () => Emit(store, names));
        }
    }

    private void Emit(ContainerStore store, HashSet<string>? names)
    {
        // Once for all of a pipeline: the kernel keeps what it keeps.
        denials ??= AppArmorDenial.ReadAll();
        IReadOnlyDictionary<string, List<string>> users = ProfileFiles.UsersIn(store);
        DateTime since = Since.Kind == DateTimeKind.Utc ? Since.ToLocalTime() : Since;
        foreach (AppArmorDenial denial in denials)
        {
            // Part of it may be a program's own profile: lxc-web//sshd.
            int part = denial.Profile.IndexOf("//", StringComparison.Ordinal);
            string profile = part > 0 ? denial.Profile[..part] : denial.Profile;
            string[] containers = users.TryGetValue(profile, out List<string>? found) ? [.. found] : [];
            if (containers.Length == 0 && AppArmorName.ContainerOf(profile) is { } generated)
            {
                // One that is gone, or has another profile by now; those of other directories are no containers of ours.
                containers = generated.LxcPath == store.LxcPath ? [generated.Container] : [];
                if (containers.Length == 0)
                {
                    continue;
                }
            }

            if ((containers.Length > 0 || profile.StartsWith(AppArmorName.Prefix, StringComparison.Ordinal))
                && denial.Time >= since && (names is null || containers.Any(names.Contains)))
            {
                WriteObject(new LxcDenial(denial, containers, Suggest ? DenialRule.Of(denial) : null));
            }
        }
    }
}

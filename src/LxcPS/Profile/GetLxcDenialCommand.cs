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
            if (denial.Time >= since && ContainersOf(store, users, denial) is { } containers && (names is null || containers.Any(names.Contains)))
            {
                bool isGenerated = denial.Namespace is null && AppArmorName.IsGeneratedName(FirstPart(denial.Profile), store.LxcPath, containers);
                WriteObject(new LxcDenial(denial, containers, isGenerated, Suggest));
            }
        }
    }

    // Those whose profile it is: none for a named one that nobody uses; null for what is no container's below the directory.
    private static string[]? ContainersOf(ContainerStore store, IReadOnlyDictionary<string, List<string>> users, AppArmorDenial denial)
    {
        if (denial.Namespace is { } inner)
        {
            // A container loaded the profile into a namespace of its own, or one inside it did, in one below.
            inner = FirstPart(inner);
            string? owner = AppArmorName.ContainerOfNamespace(inner, store.LxcPath)
                ?? store.Names().FirstOrDefault(container => AppArmorName.NamespaceOf(store.LxcPath, container) == inner);
            return owner is null ? null : [owner];
        }

        // Part of it may be a program's own profile: lxc-web//sshd.
        string profile = FirstPart(denial.Profile);
        if (users.TryGetValue(profile, out List<string>? found))
        {
            return [.. found];
        }

        if (AppArmorName.ContainerOf(profile) is { } generated)
        {
            // One that is gone, or has another profile by now; those of other directories are no containers of ours.
            return generated.LxcPath == store.LxcPath ? [generated.Container] : null;
        }

        return profile.StartsWith(AppArmorName.Prefix, StringComparison.Ordinal) ? [] : null;
    }

    private static string FirstPart(string name)
    {
        int end = name.IndexOf("//", StringComparison.Ordinal);
        return end > 0 ? name[..end] : name;
    }
}

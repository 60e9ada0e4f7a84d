using System.Text.RegularExpressions;

namespace LxcPS.Engine.Confinement;

// What a profile has that is composed under a name, for any number of containers.
internal sealed partial class GeneratedProfile
{
    /// <summary>What was chosen, or null for the profile of one container.</summary>
    internal ProfileOptions? Options { get; init; }

    private IEnumerable<string> MountTypes => (Options?.Mounts ?? []).Where(mount => TypeName().IsMatch(mount));

    // As rules, so that they are told as such.
    private IEnumerable<string> MountConditions => (Options?.Mounts ?? []).Where(mount => !TypeName().IsMatch(mount)).Select(mount => "mount " + mount);

    private void AddOptions()
    {
        if (Options is null)
        {
            return;
        }

        if (Options.IsEmpty)
        {
            Choose("capability", Options.Capabilities ?? []);
            Choose("network", Options.Networks ?? []);
        }

        if (Options.Mounts.Count > 0)
        {
            Heading("Mounts besides");
            foreach (string type in MountTypes)
            {
                Mount(type);
            }

            foreach (string condition in MountConditions)
            {
                Rule(condition);
            }
        }

        if (Options.DeniedPaths.Count > 0)
        {
            Heading("Paths that are kept from the container, and told to the kernel log when it tries");
            foreach (string path in Options.DeniedPaths)
            {
                Rule($"audit deny {ProfileOptions.Quote(path)} rwklx");
            }
        }
    }

    // Without it nobody can tell the container's processes to stop, nor they each other.
    private void AddContact()
    {
        Heading("Nothing but what the parameters gave: signals, as without them it cannot be stopped");
        Rule("signal (receive)");
        Rule("signal peer=@{profile_name}");
        Rule("ptrace (readby)");
    }

    private void Choose(string kind, IReadOnlyList<string>? chosen)
    {
        if (chosen is null)
        {
            Rule(kind);
            return;
        }

        foreach (string one in chosen)
        {
            Rule($"{kind} {one}");
        }
    }

    private void Deny(List<string> patterns)
    {
        foreach (string pattern in patterns)
        {
            Rule($"deny {pattern} wklx");
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_.-]+[*]?$")]
    private static partial Regex TypeName();
}

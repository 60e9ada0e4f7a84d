using System.Text.RegularExpressions;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Confinement;

/// <summary>A profile that a file defines.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Path">The file.</param>
public sealed record ProfileFile(string Name, string Path);

/// <summary>Profiles for containers in the files of a directory of policy, and who uses them.</summary>
public static partial class ProfileFiles
{
    /// <summary>Where apparmor_parser(8) and the system's start look for policy.</summary>
    public const string DefaultPolicyPath = "/etc/apparmor.d";

    /// <summary>The profile of the program that holds containers: not one of theirs, but of this module.</summary>
    public const string MonitorProfile = "lxcps-monitor";

    /// <summary>Whether a profile is one that these cmdlets are about.</summary>
    public static bool IsOurs(string name) => name.StartsWith(AppArmorName.Prefix, StringComparison.Ordinal) || name == MonitorProfile;

    /// <summary>The profiles that the files of a directory, and of its directory lxc, define. Empty where it is missing.</summary>
    /// <exception cref="LxcException">PermissionDenied or StorageFailed: a file cannot be read.</exception>
    public static IReadOnlyList<ProfileFile> In(string policyPath)
    {
        List<ProfileFile> profiles = [];
        foreach (string directory in (ReadOnlySpan<string>)[policyPath, Path.Combine(policyPath, "lxc")])
        {
            foreach (string path in FilesOf(directory))
            {
                profiles.AddRange(NamesIn(Read(path)).Select(name => new ProfileFile(name, path)));
            }
        }

        return profiles;
    }

    /// <summary>The names of the profiles for containers that a policy defines.</summary>
    public static IReadOnlyList<string> NamesIn(string source)
    {
        List<string> names = [];
        foreach (Match match in ProfileLine().Matches(source))
        {
            string name = match.Groups["quoted"].Success ? match.Groups["quoted"].Value : match.Groups["plain"].Value;
            if (IsOurs(name) && !names.Contains(name))
            {
                names.Add(name);
            }
        }

        return names;
    }

    /// <summary>The text of a file of policy.</summary>
    /// <exception cref="LxcException">PermissionDenied or StorageFailed.</exception>
    public static string Read(string path)
    {
        try
        {
            return Descriptors.ReadText(path);
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The policy '{path}' cannot be read");
        }
    }

    /// <summary>
    /// The containers of a directory by the profile that each is or would be started with. One whose configuration cannot be read uses none.
    /// </summary>
    public static IReadOnlyDictionary<string, List<string>> UsersIn(ContainerStore store)
    {
        Dictionary<string, List<string>> users = new(StringComparer.Ordinal);
        foreach (string container in store.Names())
        {
            if (ProfileOf(store, container) is { } profile)
            {
                (users.TryGetValue(profile, out List<string>? names) ? names : users[profile] = []).Add(container);
            }
        }

        return users;
    }

    private static string? ProfileOf(ContainerStore store, string container)
    {
        try
        {
            string? profile = ContainerConfig.Load(store.ConfigPathOf(container), out _).Get("lxc.apparmor.profile");
            return profile is null or "" or AppArmorName.Generated ? AppArmorName.ProfileOf(store.LxcPath, container) : profile;
        }
        catch (LxcException)
        {
            return null;
        }
    }

    private static IEnumerable<string> FilesOf(string directory)
    {
        try
        {
            return Directory.Exists(directory) ? Directory.GetFiles(directory).Where(IsPolicy).Order(StringComparer.Ordinal) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LxcException(e is IOException ? LxcErrorId.StorageFailed : LxcErrorId.PermissionDenied,
                $"The policy in '{directory}' cannot be listed: {e.Message}", e)
            {
                Path = directory,
                Advice = "Run the session as root, or give another -PolicyPath.",
            };
        }
    }

    // As apparmor_parser(8) chooses them: no hidden files and nothing that an editor or package manager left.
    private static bool IsPolicy(string path)
    {
        string name = Path.GetFileName(path);
        return !name.StartsWith('.') && !name.EndsWith('~')
            && !((ReadOnlySpan<string>)[".dpkg-new", ".dpkg-old", ".dpkg-dist", ".dpkg-bak", ".dpkg-remove", ".pacsave", ".pacnew", ".rpmnew", ".rpmsave", ".orig", ".rej"])
                .Contains(Path.GetExtension(path));
    }

    [GeneratedRegex("""^[ \t]*profile[ \t]+(?:"(?<quoted>[^"\n]+)"|(?<plain>[^\s"{(]+))""", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ProfileLine();
}

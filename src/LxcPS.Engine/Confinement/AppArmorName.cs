using LxcPS.Engine.Protocol;

namespace LxcPS.Engine.Confinement;

/// <summary>Names of profiles, as LXC gives and allows them.</summary>
public static class AppArmorName
{
    /// <summary>A profile that is made for the container.</summary>
    public const string Generated = "generated";

    /// <summary>Nothing is changed: init has the label of whoever starts the container.</summary>
    public const string Unchanged = "unchanged";

    /// <summary>No profile.</summary>
    public const string Unconfined = "unconfined";

    /// <summary>What the names of all profiles for containers begin with.</summary>
    public const string Prefix = "lxc-";

    /// <summary>The profile of the containers of users, who cannot load one for each: root registers it once.</summary>
    public const string OfUsers = Prefix + "container-user";

    private const int LongestName = 253 - 7;

    /// <summary>The name of the profile that is generated for a container: unique for its directory and name.</summary>
    public static string ProfileOf(string lxcPath, string container)
    {
        string name = $"{Prefix}{container}_<{lxcPath}>";
        return System.Text.Encoding.UTF8.GetByteCount(name) > LongestName ? ControlSocket.Fnv1a64(name).ToString("x16") : name;
    }

    /// <summary>Whether a name is one that is generated: it says so itself, or it is the short one of a container that uses it.</summary>
    /// <param name="profile">The name.</param>
    /// <param name="lxcPath">The directory of the containers.</param>
    /// <param name="containers">Containers that use it.</param>
    public static bool IsGeneratedName(string profile, string? lxcPath, IEnumerable<string> containers) =>
        ContainerOf(profile) is not null || (lxcPath is not null && containers.Any(container => ProfileOf(lxcPath, container) == profile));

    /// <summary>The container and its directory, as the name of its generated profile has them; null for other names.</summary>
    public static (string Container, string LxcPath)? ContainerOf(string profile)
    {
        int path = profile.IndexOf("_</", StringComparison.Ordinal);
        return path > Prefix.Length && profile.StartsWith(Prefix, StringComparison.Ordinal) && profile.EndsWith('>')
            ? (profile[Prefix.Length..path], profile[(path + 2)..^1]) : null;
    }

    /// <summary>The name of the container's policy namespace: that of its profile without slashes.</summary>
    public static string NamespaceOf(string lxcPath, string container) => ProfileOf(lxcPath, container).Replace('/', '-');

    /// <summary>
    /// The container of a directory that a policy namespace is of, as its name has it, or null. The name does not tell a directory from another
    /// one with dashes for slashes.
    /// </summary>
    public static string? ContainerOfNamespace(string policyNamespace, string lxcPath)
    {
        string end = NamespaceOf(lxcPath, string.Empty)[Prefix.Length..];
        int length = policyNamespace.Length - Prefix.Length - end.Length;
        return length > 0 && policyNamespace.StartsWith(Prefix, StringComparison.Ordinal) && policyNamespace.EndsWith(end, StringComparison.Ordinal)
            ? policyNamespace.Substring(Prefix.Length, length) : null;
    }

    /// <summary>Why a value of <c>lxc.apparmor.profile</c> is not taken; null when it is.</summary>
    public static string? Objection(string profile)
    {
        if (profile is "" or Generated or Unchanged or Unconfined)
        {
            return null;
        }

        // The launcher's own profile lets it change to these alone; a namespace in front, as LXC allows it.
        string name = profile.StartsWith(':') ? profile[1..] : profile;
        return !name.StartsWith(Prefix, StringComparison.Ordinal)
            ? $"the name of a container's AppArmor profile begins with {Prefix}; or it is {Generated}, {Unconfined} or {Unchanged}"
            : name.AsSpan().ContainsAny(" \t\n\0\"") ? "the name of a profile has no blanks and quotes" : null;
    }
}

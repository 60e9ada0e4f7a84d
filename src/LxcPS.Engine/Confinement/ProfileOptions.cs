namespace LxcPS.Engine.Confinement;

/// <summary>What a profile for containers is composed of.</summary>
public sealed class ProfileOptions
{
    /// <summary>The names of all capabilities, as rules have them.</summary>
    public static IReadOnlyList<string> AllCapabilities => KnownCapabilities;

    /// <summary>The network families that rules are mostly about.</summary>
    public static IReadOnlyList<string> CommonNetworks { get; } = ["alg", "bluetooth", "can", "inet", "inet6", "netlink", "packet", "unix", "vsock", "xdp"];

    private static string[] KnownCapabilities => Native.Capabilities.Names;

    /// <summary>Whether it begins with nothing, not with the rules of a container.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>Whether the containers have no user namespace.</summary>
    public bool IsPrivileged { get; init; }

    /// <summary>Whether containers may run inside.</summary>
    public bool Nesting { get; init; }

    /// <summary>Paths that are denied, as patterns of apparmor.d(5).</summary>
    public IReadOnlyList<string> DeniedPaths { get; init; } = [];

    /// <summary>Types of file systems, or conditions of mount rules, that are allowed besides.</summary>
    public IReadOnlyList<string> Mounts { get; init; } = [];

    /// <summary>The only capabilities; null for the base's.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>The only network families; null for the base's.</summary>
    public IReadOnlyList<string>? Networks { get; init; }

    /// <summary>Rules of apparmor.d(5) as they are.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>The text of the profile.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="LxcException">InvalidName or ConfigInvalidValue.</exception>
    public string Compose(string name)
    {
        ProfileRegistrar.ValidateName(name);
        foreach (string path in DeniedPaths)
        {
            Require(path.StartsWith('/') || path.StartsWith("@{", StringComparison.Ordinal), path, "a path begins with /");
        }

        foreach (string value in DeniedPaths.Concat(Mounts).Concat(Networks ?? []))
        {
            // The rest of such a value would be rules of its own, which are -Rule's.
            Require(value.Trim().Length > 0 && !value.AsSpan().ContainsAny("\"\n\r\0#"), value, "it has no quotes, # and ends of line");
        }

        return new GeneratedProfile(name)
        {
            Unprivileged = !IsPrivileged,
            Nesting = Nesting,
            Namespace = null,
            OwnNetwork = true,
            OwnIpc = true,
            OwnUts = true,
            MediatesUserNamespaces = AppArmorKernel.MediatesUserNamespaces,
            Rules = Rules,
            Options = new ProfileOptions
            {
                IsEmpty = IsEmpty,
                DeniedPaths = DeniedPaths,
                Mounts = [.. Mounts.Select(mount => mount.Trim().TrimEnd(','))],
                Capabilities = Capabilities?.Select(NameOf).ToList(),
                Networks = Networks,
            },
        }.Write();
    }

    /// <summary>A path as a rule has it.</summary>
    internal static string Quote(string path) => path.AsSpan().ContainsAny(" \t") ? $"\"{path}\"" : path;

    private static string NameOf(string capability)
    {
        int number = Native.Capabilities.Find(capability);
        Require(number >= 0 && number < KnownCapabilities.Length, capability, "there is no such capability; see capabilities(7)");
        return KnownCapabilities[number];
    }

    private static void Require(bool valid, string value, string reason)
    {
        if (!valid)
        {
            throw new LxcException(LxcErrorId.ConfigInvalidValue, $"'{DisplayText.Of(value)}' cannot be part of a profile: {reason}")
            {
                Advice = "See apparmor.d(5) for what a rule takes; -Rule takes whole rules.",
            };
        }
    }
}

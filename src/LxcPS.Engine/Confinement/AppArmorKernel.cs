using System.Globalization;
using LxcPS.Native;

namespace LxcPS.Engine.Confinement;

/// <summary>What the kernel's AppArmor offers; see Documentation/admin-guide/LSM/apparmor.rst and apparmor(7).</summary>
public static class AppArmorKernel
{
    /// <summary>The file system of policy: features, loaded profiles and the files that take and remove policy.</summary>
    public const string PolicyRoot = "/sys/kernel/security/apparmor";

    private const string Features = PolicyRoot + "/features";

    /// <summary>Whether the kernel has AppArmor and it is in force.</summary>
    public static bool IsEnabled => TryRead("/sys/module/apparmor/parameters/enabled") == "Y";

    /// <summary>Whether policy can be loaded: the file system of policy is mounted, and the caller may write to it.</summary>
    public static bool IsPolicyReachable => FileTree.Exists(PolicyRoot + "/.replace");

    /// <summary>Whether profiles can say which mounts are allowed.</summary>
    public static bool MediatesMounts => FileTree.Exists(Features + "/mount/mask");

    /// <summary>Whether making a user namespace is a right that a profile gives.</summary>
    public static bool MediatesUserNamespaces => FileTree.Exists(Features + "/namespaces/mask");

    /// <summary>Whether a process can be under several profiles at once, one of them in a policy namespace of its own.</summary>
    public static bool CanStack => TryRead(Features + "/domain/stack") == "yes"
        && Version.TryParse(TryRead(Features + "/domain/version"), out Version? version) && version >= new Version(1, 2);

    /// <summary>Whether the caller is in a policy namespace other than the first: in a container that has one of its own.</summary>
    public static bool IsNested => TryRead(PolicyRoot + "/.ns_level") is { } level && level != "0";

    /// <summary>The label of the calling process: a profile's name, several with <c>//&amp;</c> between them, or <c>unconfined</c>.</summary>
    public static string OwnLabel => LabelOf("self") ?? AppArmorName.Unconfined;

    /// <summary>The label of a process without its mode, or null where it cannot be had.</summary>
    /// <param name="process">A process id, or <c>self</c>.</param>
    public static string? LabelOf(string process)
    {
        string? text = TryRead($"/proc/{process}/attr/apparmor/current") ?? TryRead($"/proc/{process}/attr/current");

        // "name (mode)"; a name may hold parentheses, a mode does not.
        int mode = text is { Length: > 0 } && text[^1] == ')' ? text.LastIndexOf(" (", StringComparison.Ordinal) : -1;
        return string.IsNullOrEmpty(text) ? null : mode < 0 ? text : text[..mode];
    }

    /// <summary>The profiles that are loaded in the caller's policy namespace, with their modes: enforce, complain, kill, unconfined.</summary>
    /// <exception cref="LxcException">PermissionDenied: only root may list them. HostUnsupported: there is no AppArmor.</exception>
    public static IReadOnlyList<(string Name, string Mode)> LoadedProfiles()
    {
        List<(string, string)> profiles = [];
        foreach (string line in ReadProfiles().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int mode = line.LastIndexOf(" (", StringComparison.Ordinal);
            if (mode > 0 && line[^1] == ')')
            {
                profiles.Add((line[..mode], line[(mode + 2)..^1]));
            }
        }

        return profiles;
    }

    /// <summary>Whether a profile is loaded. A change to one that is not would be a refusal in the kernel's log.</summary>
    internal static bool IsLoaded(string profile)
    {
        // A directory for each profile: its name, a dot and a number.
        const string Profiles = PolicyRoot + "/policy/profiles";
        return FileTree.Exists(Profiles) && Directory.EnumerateDirectories(Profiles, profile + ".*").Any();
    }

    /// <summary>Loads a compiled policy, in the place of an older one of the same names.</summary>
    /// <exception cref="LinuxException">The kernel refuses it: EPROTONOSUPPORT for another kernel's, EPERM without CAP_MAC_ADMIN.</exception>
    internal static void Load(byte[] policy)
    {
        int fd = Descriptors.Open(PolicyRoot + "/.replace", OpenFlags.WriteOnly);
        try
        {
            // One write: the kernel takes a policy whole.
            Descriptors.WriteAll(fd, policy, PolicyRoot + "/.replace");
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    /// <summary>Removes a loaded profile; processes under it become unconfined. False when it is not loaded.</summary>
    internal static bool Unload(string profile)
    {
        try
        {
            Descriptors.WriteText(PolicyRoot + "/.remove", profile);
            return true;
        }
        catch (LinuxException e) when (e.Number == Errno.ENOENT)
        {
            return false;
        }
    }

    /// <summary>The directory of a policy namespace below the caller's.</summary>
    internal static string NamespaceDirectory(string name) => $"{PolicyRoot}/policy/namespaces/{name}";

    private static string ReadProfiles()
    {
        try
        {
            return Descriptors.ReadText(PolicyRoot + "/profiles");
        }
        catch (LinuxException e)
        {
            bool missing = e.Number == Errno.ENOENT;
            throw new LxcException(missing ? LxcErrorId.HostUnsupported : LxcErrorId.PermissionDenied,
                $"The AppArmor profiles of this host cannot be listed: {e.Message}", e)
            {
                Advice = missing ? "This kernel runs without AppArmor, or securityfs is not mounted on /sys/kernel/security." : "Run the session as root.",
            };
        }
    }

    private static string? TryRead(string path)
    {
        if (!FileTree.Exists(path))
        {
            return null;
        }

        try
        {
            return Descriptors.ReadText(path).TrimEnd('\n', '\0');
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.EACCES or Errno.EPERM or Errno.EINVAL or Errno.ESRCH)
        {
            return null;
        }
    }
}

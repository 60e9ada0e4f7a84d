using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>
/// Rights that a thread gives up for good, for itself and for what it clones; see landlock(7) and the kernel's
/// Documentation/userspace-api/landlock.rst. Whoever is restricted can neither mount nor look into a process that is not restricted likewise.
/// </summary>
public static unsafe class Landlock
{
#pragma warning disable CS1591 // The names are those of linux/landlock.h, without the prefix.
    public const ulong WRITE_FILE = 1 << 1;
    public const ulong READ_FILE = 1 << 2;
    public const ulong READ_DIR = 1 << 3;
    public const ulong SCOPE_ABSTRACT_UNIX_SOCKET = 1 << 0;
    public const ulong SCOPE_SIGNAL = 1 << 1;
#pragma warning restore CS1591

    private const int LANDLOCK_CREATE_RULESET_VERSION = 1;
    private const int LANDLOCK_RULE_PATH_BENEATH = 1;

    /// <summary>The version of the interface that this kernel has; 0 where it has none, or where it was booted without.</summary>
    public static int Version => Math.Max(0, (int)(long)syscall(SystemCall.landlock_create_ruleset, (void*)null, 0, LANDLOCK_CREATE_RULESET_VERSION));

    /// <summary>All file rights that a version knows: of versions yet to come, those of the last one here.</summary>
    public static ulong FileRightsOf(int version) => version switch
    {
        <= 0 => 0,
        1 => (1 << 13) - 1, // EXECUTE to MAKE_SYM
        2 => (1 << 14) - 1, // REFER
        3 or 4 => (1 << 15) - 1, // TRUNCATE
        _ => (1 << 16) - 1, // IOCTL_DEV
    };

    /// <summary>All rights over TCP that a version knows.</summary>
    public static ulong NetworkRightsOf(int version) => version >= 4 ? 3UL : 0; // BIND_TCP, CONNECT_TCP

    /// <summary>What a version can keep within the domain: SCOPE_ flags.</summary>
    public static ulong ScopesOf(int version) => version >= 6 ? SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL : 0;

    /// <summary>Creates rules under which every file right is given up, and every right over TCP.</summary>
    /// <param name="version">The version whose rights are meant; not above <see cref="Version"/>.</param>
    /// <param name="scopes">SCOPE_ flags; those that the version does not know are left out.</param>
    /// <returns>A descriptor, which the caller closes.</returns>
    public static int Create(int version, ulong scopes)
    {
        // struct landlock_ruleset_attr. An older kernel takes the longer one if what it does not know is 0.
        ulong* attributes = stackalloc ulong[3] { FileRightsOf(version), NetworkRightsOf(version), scopes & ScopesOf(version) };
        return (int)LinuxException.Check(syscall(SystemCall.landlock_create_ruleset, attributes, 24, 0), "landlock_create_ruleset");
    }

    /// <summary>Keeps rights over a file, or over what is beneath a directory.</summary>
    /// <param name="rules">What <see cref="Create"/> returned.</param>
    /// <param name="path">The file or directory.</param>
    /// <param name="rights">Rights, of those that the rules are about; over a file only those that a file can have.</param>
    public static void Allow(int rules, string path, ulong rights)
    {
        int fd = Descriptors.OpenPath(path);
        try
        {
            // struct landlock_path_beneath_attr is packed: 64 bits of rights, a 32-bit descriptor.
            byte* attributes = stackalloc byte[12];
            *(ulong*)attributes = rights;
            *(int*)(attributes + 8) = fd;
            LinuxException.Check(syscall(SystemCall.landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, attributes, 0), "landlock_add_rule", path);
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    /// <summary>Restricts the calling thread for good. It can gain no privileges by an exec from then on.</summary>
    public static void Restrict(int rules)
    {
        Processes.SetNoNewPrivileges();
        LinuxException.Check(syscall(SystemCall.landlock_restrict_self, rules, 0), "landlock_restrict_self");
    }
}

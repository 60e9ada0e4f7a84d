using LxcPS.Native;

namespace LxcPS.Engine.Mounts;

/// <summary>One mount that the configuration asks for: a line of fstab(5) as <c>lxc.mount.entry</c> has it.</summary>
public sealed class MountEntry
{
    private MountEntry(string source, string target, string type)
    {
        Source = source;
        Target = target;
        Type = type;
    }

    /// <summary>The path or name that is mounted.</summary>
    public string Source { get; }

    /// <summary>Where, as a path inside the root file system without a leading slash.</summary>
    public string Target { get; }

    /// <summary>The file system type; <c>none</c> for binds.</summary>
    public string Type { get; }

    /// <summary>Whether the source's mount is bound rather than a file system made.</summary>
    public bool IsBind { get; private set; }

    /// <summary>Whether what is mounted below the source comes along.</summary>
    public bool IsRecursive { get; private set; }

    /// <summary>Whether a failure of this mount is no failure of the start.</summary>
    public bool IsOptional { get; private set; }

    /// <summary>Whether a missing target is made: null, or true for a directory and false for a file.</summary>
    public bool? CreateDirectory { get; private set; }

    /// <summary>Whether the source is a path inside the root file system.</summary>
    public bool IsSourceRelative { get; private set; }

    /// <summary>How the ids of the source are mapped: <c>container</c>, the file of a user namespace, or null where they are not.</summary>
    public string? IdMap { get; private set; }

    /// <summary>MOUNT_ATTR_ flags to set.</summary>
    public ulong Attributes { get; private set; }

    /// <summary>MOUNT_ATTR_ flags to clear.</summary>
    public ulong ClearedAttributes { get; private set; }

    /// <summary>The propagation to set, one of MountCalls.Propagation, or 0 to leave it private.</summary>
    public ulong Propagation { get; private set; }

    /// <summary>The options that are the file system's own.</summary>
    public IReadOnlyList<string> Options { get; private set; } = [];

    /// <summary>The line it was read from, for messages.</summary>
    public string Text { get; private init; } = string.Empty;

    /// <summary>Reads a line of fstab(5): source, target, type, options and two numbers that are ignored; spaces are written <c>\040</c>.</summary>
    /// <param name="line">The line.</param>
    /// <param name="rootfsMount">The directory that LXC mounts the root file system on: targets below it are taken relative to it.</param>
    /// <exception cref="LxcException">ConfigInvalidValue: a field is missing, or the target would leave the root file system.</exception>
    public static MountEntry Parse(string line, string? rootfsMount = null)
    {
        string[] fields = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 3)
        {
            throw Invalid(line, "it needs at least a source, a target and a type");
        }

        string target = Unescape(fields[1]);
        if (rootfsMount is not null && target.StartsWith(rootfsMount + "/", StringComparison.Ordinal))
        {
            target = target[rootfsMount.Length..];
        }

        MountEntry entry = new(Unescape(fields[0]), target.TrimStart('/'), fields[2]) { Text = line };
        List<string> own = [];
        foreach (string option in fields.Length > 3 ? fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries) : [])
        {
            if (!entry.TakeOption(option))
            {
                own.Add(Unescape(option));
            }
        }

        entry.Options = own;
        return entry;
    }

    private bool TakeOption(string option)
    {
        switch (option)
        {
            case "bind": IsBind = true; return true;
            case "rbind": IsBind = IsRecursive = true; return true;
            case "optional": IsOptional = true; return true;
            case "relative": IsSourceRelative = true; return true;
            case "create=dir": CreateDirectory = true; return true;
            case "create=file": CreateDirectory = false; return true;
            case "defaults" or "move": return true;
            case "private" or "rprivate": Propagation = MountCalls.PropagationPrivate; return true;
            case "slave" or "rslave": Propagation = MountCalls.PropagationSlave; return true;
            case "shared" or "rshared": Propagation = MountCalls.PropagationShared; return true;
            case "unbindable" or "runbindable": Propagation = MountCalls.PropagationUnbindable; return true;
        }

        if (IdMapOf(Unescape(option), "lxc.mount.entry") is { } map)
        {
            IdMap = map;
            return true;
        }

        if (!MountAttributes.TryParse(option, out ulong set, out ulong clear))
        {
            return false;
        }

        Attributes = (Attributes & ~clear) | set;
        ClearedAttributes = (ClearedAttributes & ~set) | (clear & ~set);
        return true;
    }

    /// <summary>What the option <c>idmap=</c> names: <c>container</c> or the path of a user namespace's file; null for another option.</summary>
    /// <exception cref="LxcException">ConfigInvalidValue: it names something else.</exception>
    internal static string? IdMapOf(string option, string key)
    {
        const string Name = "idmap=";
        if (!option.StartsWith(Name, StringComparison.Ordinal))
        {
            return null;
        }

        string map = option[Name.Length..];
        return map == "container" || map.StartsWith('/') ? map
            : throw new LxcException(LxcErrorId.ConfigInvalidValue, $"The option '{DisplayText.Of(option)}' names no id map")
            {
                ConfigKey = key,
                Advice = "Write idmap=container for the container's own, or the path of a user namespace: idmap=/proc/1234/ns/user.",
            };
    }

    private static LxcException Invalid(string line, string reason) =>
        new(LxcErrorId.ConfigInvalidValue, $"The mount entry '{line}' is not a line of fstab(5): {reason}")
        {
            ConfigKey = "lxc.mount.entry",
            Advice = "Write: <source> <target> <type> <options> 0 0, with spaces in names as \\040.",
        };

    private static string Unescape(string field)
    {
        if (!field.Contains('\\'))
        {
            return field;
        }

        System.Text.StringBuilder text = new(field.Length);
        for (int i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length && IsOctal(field[i + 1]) && IsOctal(field[i + 2]) && IsOctal(field[i + 3]))
            {
                text.Append((char)(((field[i + 1] - '0') << 6) | ((field[i + 2] - '0') << 3) | (field[i + 3] - '0')));
                i += 3;
            }
            else
            {
                text.Append(field[i]);
            }
        }

        return text.ToString();

        static bool IsOctal(char c) => c is >= '0' and <= '7';
    }

    /// <summary>The error of an entry that the kernel refuses.</summary>
    internal LxcException Failed(LinuxException e) => new(LxcErrorId.MountFailed, $"The mount entry '{Text}' failed: {e.Message}", e)
    {
        Step = "mount",
        ConfigKey = "lxc.mount.entry",
        Advice = e.Number == Errno.ENOENT && CreateDirectory is null
            ? "Add create=dir or create=file to the options if the target is missing, or optional if the mount may be left out."
            : "Correct the entry, or add optional to its options.",
    };
}

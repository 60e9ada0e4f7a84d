using System.Text;

namespace LxcPS.Engine.Configuration;

/// <summary>
/// Says why a value cannot be a key's. What LXC takes is taken here too, lest a container that LXC runs could not be read; what LXC only
/// refuses when the container starts is refused at once.
/// </summary>
internal static partial class ConfigValidator
{
    private const int MaximumPath = 4095;

    /// <summary>The reason as the end of a sentence, or null.</summary>
    internal static string? Reason(ConfigKey key, string value)
    {
        if (value.Length == 0)
        {
            return null;
        }

        foreach (char c in value)
        {
            if (char.IsControl(c) && c != '\t')
            {
                return "it contains a control character";
            }
        }

        return key.Kind switch
        {
            ConfigValueKind.None => "the key takes no value: an empty one clears what came before",
            ConfigValueKind.AppArmorProfile => Confinement.AppArmorName.Objection(value),
            ConfigValueKind.Flag => ConfigNumber.TryParse(value, 1, out _) ? null : "it must be 0 or 1",
            ConfigValueKind.Number => ConfigNumber.TryParse(value, uint.MaxValue, out _) ? null : "it must be a number from 0 to 4294967295",
            ConfigValueKind.Integer => ConfigNumber.TryParseSigned(value, out long number) && number is >= int.MinValue and <= int.MaxValue
                ? null : "it must be a number from -2147483648 to 2147483647",
            ConfigValueKind.Count => ConfigNumber.TryParse(value, int.MaxValue, out ulong count) && count > 0
                ? null : "it must be a number from 1 to 2147483647",
            ConfigValueKind.Numbers => Numbers(value),
            ConfigValueKind.Size => Sizes.TryParse(value, out _) ? null : "it must be a size in bytes such as 500000 or 64KB",
            ConfigValueKind.BufferSize => value == "auto" || Sizes.TryParse(value, out _) ? null : "it must be auto or a size such as 64KB",
            ConfigValueKind.Path => Encoding.UTF8.GetByteCount(value) <= MaximumPath ? null : "a path has at most 4095 bytes",
            ConfigValueKind.RelativePath => RelativePath(value),
            ConfigValueKind.Component => value.Contains('/') || value is "." or ".." ? "it must be the name of one directory" : null,
            ConfigValueKind.Signal => Signals.TryParse(value, out _) ? null : "it must be a signal such as SIGTERM, SIGRTMIN+3 or 15",
            ConfigValueKind.Choice => Choice(key, value),
            ConfigValueKind.Choices => EachWord(value, word => Choice(key, word)),
            ConfigValueKind.Capabilities => EachWord(value, word => Capability(key, word)),
            ConfigValueKind.AutoMounts => EachWord(value, AutoMount),
            ConfigValueKind.Variable => value[0] == '=' ? "a variable needs a name before the =" : null,
            ConfigValueKind.LogLevel => LogLevel(value),
            ConfigValueKind.LogFacility => ConfigKey.Facilities.Contains(value, StringComparer.OrdinalIgnoreCase) ? null : $"it must be one of {string.Join(", ", ConfigKey.Facilities)}",
            ConfigValueKind.HostName => Encoding.UTF8.GetByteCount(value) <= 64 ? null : "a host name has at most 64 bytes",
            ConfigValueKind.MountEntry => value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Length >= 3
                ? null : "it needs at least a source, a target and a type",
            ConfigValueKind.IdMap => IdMapEntry.TryParse(value, out _, out string? reason) ? null : reason,
            ConfigValueKind.ResourceLimit => ResourceLimit(value),
            ConfigValueKind.TimeOffset => TimeOffset(value),
            ConfigValueKind.UnixSocket => value.StartsWith("unix:", StringComparison.Ordinal) && value.Length > 5
                ? null : "it must be unix: and a path",
            _ => NetworkReason(key.Kind, value),
        };
    }

    private static string? EachWord(string value, Func<string, string?> check)
    {
        foreach (string word in value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (check(word) is { } reason)
            {
                return reason;
            }
        }

        return null;
    }

    private static string? Choice(ConfigKey key, string value)
    {
        foreach (string choice in key.Choices)
        {
            if (choice == value)
            {
                return null;
            }
        }

        return key.Choices.Count == 1 ? $"it must be {key.Choices[0]}" : $"it must be one of {string.Join(", ", key.Choices)}";
    }

    private static string? Numbers(string value)
    {
        foreach (string number in value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!ConfigNumber.TryParse(number, uint.MaxValue, out _))
            {
                return "it must be numbers with commas between them";
            }
        }

        return null;
    }

    private static string? RelativePath(string value)
    {
        if (value.StartsWith('/'))
        {
            return "the path must not begin with /";
        }

        return Array.IndexOf(value.Split('/'), "..") >= 0 ? "the path must not contain .." : null;
    }

    // A name that this kernel does not know is no error: LXC ignores it too, and files are shared between hosts.
    private static string? Capability(ConfigKey key, string word)
    {
        if (word == "none")
        {
            return key.Name == "lxc.cap.keep" ? null : "none is for lxc.cap.keep alone";
        }

        foreach (char c in word)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return $"'{word}' is not the name of a capability";
            }
        }

        return null;
    }

    private static string? AutoMount(string word)
    {
        if (word.StartsWith("shmounts:", StringComparison.Ordinal) && word.Length > "shmounts:".Length)
        {
            return null;
        }

        // liblxc has cgroup2 since 6.0; the others since 1.0.
        string[] parts = word.Split(':');
        string mode = string.Join(':', parts[1..]);
        bool known = parts[0] switch
        {
            "proc" => mode is "" or "mixed" or "rw",
            "sys" => mode is "" or "mixed" or "ro" or "rw",
            "cgroup" or "cgroup-full" => mode is "" or "mixed" or "ro" or "rw" or "force" or "mixed:force" or "ro:force" or "rw:force",
            "cgroup2" => mode is "" or "ro" or "force" or "ro:force",
            _ => false,
        };
        return known && !word.EndsWith(':') ? null : $"there is no automatic mount '{word}'";
    }

    private static string? LogLevel(string value) =>
        (ConfigNumber.TryParse(value, 9, out _) && char.IsAsciiDigit(value[0]))
        || value.ToUpperInvariant() is "TRACE" or "DEBUG" or "INFO" or "NOTICE" or "WARN" or "WARNING" or "ERROR" or "CRIT" or "ALERT" or "FATAL"
            ? null : "it must be a number from 0 to 9 or one of TRACE, DEBUG, INFO, NOTICE, WARN, ERROR, CRIT, ALERT, FATAL";

    private static string? ResourceLimit(string value)
    {
        string[] parts = value.Split(':');
        foreach (string part in parts)
        {
            string limit = part.Trim();
            bool absentHard = limit.Length == 0 && parts.Length == 2 && (object)part == parts[1];
            if (limit != "unlimited" && !absentHard && !ulong.TryParse(limit, out _))
            {
                return "it must be soft or soft:hard, each a number or unlimited";
            }
        }

        return parts.Length > 2 ? "it must be soft or soft:hard, each a number or unlimited" : null;
    }

    private static string? TimeOffset(string value)
    {
        int unit = value.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        return unit > 0 && long.TryParse(value.AsSpan(0, unit), out _) && value[unit..].Trim() is "h" or "m" or "s" or "ms" or "us" or "ns"
            ? null : "it must be a number and one of the units h, m, s, ms, us and ns";
    }
}

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LxcPS.Engine.Confinement;

/// <summary>What AppArmor denied, or would have denied in complain mode, as the kernel's log tells it.</summary>
public sealed partial class AppArmorDenial
{
    private const string HostNamespace = "root//";

    private readonly Dictionary<string, string> fields;

    private AppArmorDenial(DateTime time, Dictionary<string, string> fields)
    {
        Time = time;
        this.fields = fields;
    }

    /// <summary>When, as the local time.</summary>
    public DateTime Time { get; }

    /// <summary>The profile.</summary>
    public string Profile => this["profile"] ?? string.Empty;

    /// <summary>
    /// The policy namespace whose profile it is, as the host's names it; null for the host's own. One below a container's is named behind it
    /// and two slashes.
    /// </summary>
    public string? Namespace => this["namespace"] is { } name && name.StartsWith(HostNamespace, StringComparison.Ordinal) ? name[HostNamespace.Length..] : null;

    /// <summary>Whether it was denied; else it was allowed, as the profile only complains.</summary>
    public bool IsDenied => this["apparmor"] == "DENIED";

    /// <summary>What was tried: open, mount, capable, signal.</summary>
    public string Operation => this["operation"] ?? string.Empty;

    /// <summary>The program.</summary>
    public string? Program => this["comm"];

    /// <summary>The process, as the host numbers it.</summary>
    public int? ProcessId => int.TryParse(this["pid"], CultureInfo.InvariantCulture, out int pid) ? pid : null;

    /// <summary>A field of the message, decoded, or null.</summary>
    public string? this[string field] => fields.GetValueOrDefault(field);

    /// <summary>The denials that the kernel's log holds, the oldest first.</summary>
    /// <exception cref="LxcException">PermissionDenied or HostUnsupported.</exception>
    public static IReadOnlyList<AppArmorDenial> ReadAll()
    {
        List<AppArmorDenial> denials = [];
        foreach (string message in KernelLog.Read())
        {
            if (Parse(message) is { } denial)
            {
                denials.Add(denial);
            }
        }

        return denials;
    }

    /// <summary>The denial that a message of the kernel tells of, or null.</summary>
    public static AppArmorDenial? Parse(string message)
    {
        Match head = Head().Match(message);
        if (!head.Success)
        {
            return null;
        }

        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        foreach (Match field in Field().Matches(message, head.Index + head.Length))
        {
            string name = field.Groups["name"].Value;
            fields[name] = field.Groups["quoted"].Success ? field.Groups["quoted"].Value : Decode(name, field.Groups["plain"].Value);
        }

        if (fields.GetValueOrDefault("apparmor") is not ("DENIED" or "ALLOWED"))
        {
            return null;
        }

        long milliseconds = long.Parse(head.Groups["seconds"].Value, CultureInfo.InvariantCulture) * 1000 + int.Parse(head.Groups["part"].Value, CultureInfo.InvariantCulture);
        return new AppArmorDenial(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).LocalDateTime, fields);
    }

    // The kernel writes text of others' making in hexadecimal digits where it has blanks, quotes or control characters; numbers it writes plainly.
    private static string Decode(string name, string value)
    {
        if (name is not ("name" or "profile" or "comm" or "peer" or "srcname" or "target" or "namespace" or "peer_profile" or "addr" or "peer_addr")
            || value.Length == 0 || value.Length % 2 != 0 || !value.All(char.IsAsciiHexDigitUpper))
        {
            return value;
        }

        return Encoding.UTF8.GetString(Convert.FromHexString(value)).TrimEnd('\0');
    }

    [GeneratedRegex(@"(?:^|\s)audit\((?<seconds>[0-9]{1,11})\.(?<part>[0-9]{3}):[0-9]+\):", RegexOptions.ExplicitCapture)]
    private static partial Regex Head();

    [GeneratedRegex("""(?<name>[a-z_0-9]+)=(?:"(?<quoted>[^"]*)"|(?<plain>[^\s"]+))""", RegexOptions.ExplicitCapture)]
    private static partial Regex Field();
}

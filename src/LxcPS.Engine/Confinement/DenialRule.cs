using System.Text;

namespace LxcPS.Engine.Confinement;

/// <summary>Finds the rule of <c>lxc.apparmor.raw</c>, or of a named profile, that permits what was denied; see apparmor.d(5).</summary>
public static class DenialRule
{
    /// <summary>
    /// The rule with its comma, or null where there is none to be had from what the kernel tells. A name with a line's end in it, which a process
    /// of the container may have made up, gives none: what is behind it would be another rule.
    /// </summary>
    public static string? Of(AppArmorDenial denial) => Find(denial) is { } rule && !rule.Any(char.IsControl) ? rule : null;

    private static string? Find(AppArmorDenial denial) => denial.Operation switch
    {
        "mount" => Mount(denial),
        "umount" => denial["name"] is { } place ? $"umount {Word(place)}," : "umount,",
        "pivotroot" => $"pivot_root{Option(" oldroot=", denial["srcname"])}{Option(" ", denial["name"])},",
        "capable" => denial["capname"] is { } name ? $"capability {name}," : null,
        "signal" => $"signal ({Requested(denial, "send")}){(denial["signal"] is { } signal ? $" set=({signal})" : "")}{Peer(denial)},",
        "ptrace" => $"ptrace ({Requested(denial, "trace")}){Peer(denial)},",
        "change_profile" or "change_onexec" or "change_hat" or "stack" or "stack_onexec" =>
            (denial["target"] ?? denial["name"]) is { } target ? $"change_profile -> {Word(target)}," : null,
        "userns_create" => "userns,",
        _ when denial["family"] is { } family => Network(denial, family),
        _ when denial["name"] is { } file && file.StartsWith('/') && denial["requested_mask"] is { } mask => File(file, mask),
        _ => null,
    };

    private static string? File(string path, string mask)
    {
        // The kernel tells more than rules have: creating and deleting are writing. An x alone does not say what becomes of the profile: it stays.
        StringBuilder letters = new();
        foreach (char letter in "rwaklmx")
        {
            bool asked = letter == 'w' ? mask.AsSpan().ContainsAny("wcd") : mask.Contains(letter);
            if (asked && !(letter == 'a' && letters.ToString().Contains('w')))
            {
                letters.Append(letter == 'x' ? "ix" : letter);
            }
        }

        return letters.Length > 0 ? $"{Word(path)} {letters}," : null;
    }

    private static string Mount(AppArmorDenial denial)
    {
        string options = (denial["flags"] ?? string.Empty).Replace(" ", string.Empty);
        return $"mount{Option(" fstype=", denial["fstype"])}{(options.Length > 0 ? $" options=({options})" : "")}"
            + $"{Option(" ", denial["srcname"])}{Option(" -> ", denial["name"])},";
    }

    private static string? Network(AppArmorDenial denial, string family) => family == "unix"
        ? $"unix ({Requested(denial, "create").Replace(' ', ',')}){Option(" type=", denial["sock_type"])}{(denial["peer"] is { } peer ? $" peer=(label={Word(peer)})" : "")},"
        : $"network {family}{Option(" ", denial["sock_type"])},";

    private static string Peer(AppArmorDenial denial) => Option(" peer=", denial["peer"]);

    private static string Requested(AppArmorDenial denial, string otherwise) => denial["requested_mask"] is { Length: > 0 } mask ? mask : otherwise;

    private static string Option(string before, string? value) => string.IsNullOrEmpty(value) ? string.Empty : before + Word(value);

    // What would be a pattern in a rule is meant as it is.
    private static string Word(string text)
    {
        StringBuilder word = new();
        foreach (char c in text)
        {
            if (c is '*' or '?' or '[' or ']' or '{' or '}' or '^' or '\\' or '"')
            {
                word.Append('\\');
            }

            word.Append(c);
        }

        return text.AsSpan().ContainsAny(" \t\",#()") || text.Contains('<') ? $"\"{word}\"" : word.ToString();
    }
}

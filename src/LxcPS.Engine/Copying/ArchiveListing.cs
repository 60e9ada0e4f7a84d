using System.Text;
using LxcPS.Engine.Store;

namespace LxcPS.Engine.Copying;

/// <summary>
/// What an archive of a container holds, by the listing of GNU tar. Names that lead out of the container's directory are refused: absolute ones,
/// those with .. in them, links of either kind that do, files that come by way of a link, and device nodes.
/// </summary>
internal sealed class ArchiveListing
{
    private readonly HashSet<string> links = new(StringComparer.Ordinal);
    private readonly List<string> refused = [];
    private readonly List<Entry> entries = [];

    private ArchiveListing()
    {
    }

    /// <summary>The directory of the container in the archive as the archive spells it, with a slash at the end; empty or <c>./</c> for the top.</summary>
    internal string Prefix { get; private set; } = string.Empty;

    /// <summary>How many components of a name to strip.</summary>
    internal int Strip => Prefix is "" or "./" ? 0 : Prefix.Count(c => c == '/');

    /// <summary>Whether it has our note.</summary>
    internal bool HasNote { get; private set; }

    /// <summary>Whether it has a root file system.</summary>
    internal bool HasRootfs { get; private set; }

    /// <summary>What is refused of it: a name and a reason each.</summary>
    internal IReadOnlyList<string> Refused => refused;

    /// <summary>Reads the output of <c>tar --list -vv --numeric-owner --quoting-style=c</c>; null where it has no container's configuration.</summary>
    internal static ArchiveListing? Read(TextReader lines)
    {
        ArchiveListing listing = new();
        string? config = null;
        while (lines.ReadLine() is { } line)
        {
            if (Entry.Parse(line) is not { } entry)
            {
                continue;
            }

            listing.entries.Add(entry);
            if (entry.Kind == '-' && (entry.Name == ContainerStore.ConfigName || entry.Name.EndsWith("/" + ContainerStore.ConfigName, StringComparison.Ordinal))
                && (config is null || Depth(entry.Name) < Depth(config)))
            {
                config = entry.Name;
            }
        }

        if (config is null || Depth(config) > 1)
        {
            return null;
        }

        listing.Prefix = config[..^ContainerStore.ConfigName.Length];
        listing.entries.ForEach(listing.Judge);
        listing.entries.Clear();
        return listing;
    }

    private static int Depth(string name) => (name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name).Count(c => c == '/');

    private void Judge(Entry entry)
    {
        string name = entry.Name;
        string inside = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..].TrimEnd('/') : string.Empty;
        HasNote |= inside == ContainerExporter.NoteName && entry.Kind == '-';
        HasRootfs |= inside == "rootfs" && entry.Kind == 'd';
        string? reason = name.StartsWith('/') ? "an absolute name"
            : HasParent(name) ? "leads out by .."
            : !name.StartsWith(Prefix, StringComparison.Ordinal) ? name is "./" || name.TrimEnd('/') + "/" == Prefix ? null : "is beside the container's directory"
            : IsBehindLink(inside) ? "comes by way of a link"
            : entry.Kind switch
            {
                '-' or 'd' or 'p' => null,
                'h' when inside == ContainerStore.ConfigName => "a link",
                'h' => Leads(entry.Target) || !entry.Target.StartsWith(Prefix, StringComparison.Ordinal) ? "a link out of the archive" : null,
                // What is mounted from there would lead where the container's own links do.
                'l' when !inside.StartsWith("rootfs/", StringComparison.Ordinal) => "a link outside the root file system",
                'l' => null,
                'c' when entry.Device == "0,0" => null,
                'c' or 'b' => "a device node",
                _ => "a kind of file that is not known",
            };
        if (entry.Kind == 'l')
        {
            links.Add(inside);
        }

        if (reason is not null)
        {
            refused.Add($"{DisplayText.Of(Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(name)))}: {reason}");
        }
    }

    private bool IsBehindLink(string name)
    {
        for (int slash = name.IndexOf('/'); slash > 0 && links.Count > 0; slash = name.IndexOf('/', slash + 1))
        {
            if (links.Contains(name[..slash]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Leads(string target) => target.StartsWith('/') || HasParent(target);

    private static bool HasParent(string name) => name.Contains("..", StringComparison.Ordinal) && name.Split('/').Contains("..");

    // Names as bytes: a character for each.
    private readonly record struct Entry(char Kind, string Device, string Name, string Target)
    {
        // -rw-r--r-- 0/0   123 2026-01-02 03:04 "name" [-> "target"| link to "target"]
        internal static Entry? Parse(string line)
        {
            int quote = line.IndexOf('"');
            if (line.Length == 0 || quote < 0)
            {
                return null;
            }

            string[] fields = line[..quote].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string name = Unquote(line, ref quote);
            int target = quote < line.Length ? line.IndexOf('"', quote) : -1;
            return new Entry(line[0], fields.Length > 2 ? fields[2] : string.Empty, name, target < 0 ? string.Empty : Unquote(line, ref target));
        }

        private static string Unquote(string line, ref int at)
        {
            StringBuilder text = new();
            for (at++; at < line.Length && line[at] != '"'; at++)
            {
                if (line[at] != '\\' || at + 1 >= line.Length)
                {
                    text.Append(line[at]);
                }
                else if (line[at + 1] is >= '0' and <= '3' && at + 3 < line.Length)
                {
                    text.Append((char)(((line[at + 1] - '0') << 6) + ((line[at + 2] - '0') << 3) + line[at + 3] - '0'));
                    at += 3;
                }
                else
                {
                    char c = line[++at];
                    text.Append("abfnrtv".IndexOf(c) is >= 0 and int index ? "\a\b\f\n\r\t\v"[index] : c);
                }
            }

            at++;
            return text.ToString();
        }
    }
}

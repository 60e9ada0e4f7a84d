namespace LxcPS.Engine.Diagnostics;

/// <summary>A mount, as far as the checks need it.</summary>
/// <param name="Point">Where it is mounted.</param>
/// <param name="Type">The file system type.</param>
/// <param name="Options">The options of the mount.</param>
/// <param name="SuperOptions">The options of the file system.</param>
/// <param name="Root">What of the file system is mounted: a path in it.</param>
/// <param name="Device">The number of the file system, as <c>major:minor</c>.</param>
/// <param name="Line">The line of the table.</param>
internal readonly record struct MountFact(string Point, string Type, string Options, string SuperOptions, string Root, string Device, string Line)
{
    /// <summary>Whether nothing can be written through it.</summary>
    internal bool IsReadOnly => Has(Options, "ro") || Has(SuperOptions, "ro");

    /// <summary>Whether a list of options has one.</summary>
    internal static bool Has(string options, string option)
    {
        foreach (string one in options.Split(','))
        {
            if (one == option)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The mounts of /proc/self/mountinfo; see proc_pid_mountinfo(5).</summary>
internal sealed class MountTable
{
    private MountTable(List<MountFact> mounts) => Mounts = mounts;

    /// <summary>The mounts in the kernel's order: a later one covers an earlier one at the same place.</summary>
    internal IReadOnlyList<MountFact> Mounts { get; }

    internal static MountTable Parse(string text)
    {
        List<MountFact> mounts = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // Six fields, optional ones up to a dash, then type, source and the file system's options.
            string[] fields = line.Split(' ');
            int dash = Array.IndexOf(fields, "-", Math.Min(6, fields.Length));
            if (dash > 0 && dash + 1 < fields.Length)
            {
                mounts.Add(new(Unescape(fields[4]), fields[dash + 1], fields[5], dash + 3 < fields.Length ? fields[dash + 3] : string.Empty,
                    Unescape(fields[3]), fields[2], line));
            }
        }

        return new MountTable(mounts);
    }

    /// <summary>The mount that a path is on.</summary>
    internal MountFact? Of(string path)
    {
        MountFact? best = null;
        foreach (MountFact mount in Mounts)
        {
            bool holds = mount.Point == "/" || path == mount.Point || path.StartsWith(mount.Point + "/", StringComparison.Ordinal);
            if (holds && (best is null || mount.Point.Length >= best.Value.Point.Length))
            {
                best = mount;
            }
        }

        return best;
    }

    private static string Unescape(string field) =>
        field.Replace("\\040", " ").Replace("\\011", "\t").Replace("\\012", "\n").Replace("\\134", "\\");
}

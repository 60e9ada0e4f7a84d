using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.Store;

/// <summary>The mounts of this process, as far as the store asks for them; see proc_pid_mountinfo(5).</summary>
internal static class MountTable
{
    /// <summary>The first mount on a directory or below it, or null.</summary>
    /// <exception cref="LinuxException">The directory cannot be opened, or the table not read.</exception>
    internal static string? FirstBelow(string directory)
    {
        string real = RealPath(directory);
        foreach (string line in Descriptors.ReadText("/proc/self/mountinfo").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(' ', 6);
            if (fields.Length < 6)
            {
                continue;
            }

            string point = Unescape(fields[4]);
            if (point == real || (point.StartsWith(real, StringComparison.Ordinal) && point[real.Length] == '/'))
            {
                return point;
            }
        }

        return null;
    }

    // The table has no symbolic links in its paths.
    private static string RealPath(string directory)
    {
        int fd = Descriptors.OpenPath(directory, directory: true);
        try
        {
            return new FileInfo($"/proc/self/fd/{fd}").LinkTarget ?? directory;
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    // Blank, tab, line feed and backslash are octal.
    private static string Unescape(string field)
    {
        if (!field.Contains('\\'))
        {
            return field;
        }

        StringBuilder text = new(field.Length);
        for (int i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length)
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
    }
}

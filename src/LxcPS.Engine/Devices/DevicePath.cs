namespace LxcPS.Engine.Devices;

/// <summary>A place for a device inside a container: an absolute path there, without steps that lead elsewhere.</summary>
public static class DevicePath
{
    // What a start puts into /dev itself, by its names and by whole directories.
    private static readonly string[] OwnNames =
        ["null", "zero", "full", "random", "urandom", "tty", "fd", "stdin", "stdout", "stderr", "core", "ptmx", "console", "lxc"];

    private static readonly string[] OwnDirectories = ["pts/", "shm/", "mqueue/", "fd/", "proc/", "sys/"];

    /// <summary>The path as it is kept: with one slash before each step.</summary>
    /// <exception cref="LxcException">DeviceInvalid: no device can be there.</exception>
    public static string Parse(string path)
    {
        string[] steps = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string normal = "/" + string.Join('/', steps.Where(step => step != "."));
        if (!path.StartsWith('/') || normal == "/" || path.EndsWith('/') || steps.Contains("..") || path.Any(char.IsControl))
        {
            throw Invalid(path, "it must be an absolute path of a file, without '..'", "Write the path as the container sees it, e.g. -Target /dev/fuse.");
        }

        string below = normal.StartsWith("/dev/", StringComparison.Ordinal) ? normal["/dev/".Length..] : string.Empty;
        bool isTerminal = below.StartsWith("tty", StringComparison.Ordinal) && below.Length > 3 && below[3..].All(char.IsAsciiDigit);
        if (OwnNames.Contains(below) || isTerminal || OwnDirectories.Any(directory => below.StartsWith(directory, StringComparison.Ordinal))
            || normal.StartsWith("/proc/", StringComparison.Ordinal) || normal.StartsWith("/sys/", StringComparison.Ordinal))
        {
            throw Invalid(path, "what is there is the container's own", "Choose another place with -Target, e.g. -Target /dev/host-tty1.");
        }

        return normal;
    }

    private static LxcException Invalid(string path, string reason, string advice) =>
        new(LxcErrorId.DeviceInvalid, $"'{DisplayText.Of(path)}' cannot be the place of a device in a container: {reason}") { Path = path, Advice = advice };
}

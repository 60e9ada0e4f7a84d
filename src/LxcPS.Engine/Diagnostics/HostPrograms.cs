using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Programs of the host.</summary>
public static class HostPrograms
{
    private static readonly string[] Standard =
        ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>The path of a program, or null: looked up in PATH and in the system's directories, which a user's PATH may lack.</summary>
    public static string? Find(string name) => Find(name, Environment.GetEnvironmentVariable("PATH") ?? string.Empty);

    /// <summary>The same with a given PATH.</summary>
    internal static string? Find(string name, string searchPath)
    {
        foreach (string directory in searchPath.Split(':'))
        {
            if (directory.StartsWith('/') && IsExecutable($"{directory}/{name}"))
            {
                return $"{directory}/{name}";
            }
        }

        foreach (string directory in Standard)
        {
            if (IsExecutable($"{directory}/{name}"))
            {
                return $"{directory}/{name}";
            }
        }

        return null;
    }

    private static bool IsExecutable(string path) =>
        FileTree.TryStatus(Descriptors.CurrentDirectory, path, true, out FileStatus status) && status.IsRegular && (status.Mode & 0x49) != 0;
}

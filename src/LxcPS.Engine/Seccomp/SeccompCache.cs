using System.Runtime.InteropServices;
using System.Text;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Protocol;
using LxcPS.Native;

namespace LxcPS.Engine.Seccomp;

/// <summary>
/// Compiled policies. A policy is compiled once per boot, content and libseccomp; after that a start reads a small file and does not load
/// the library. The file holds all that the program was made from, so that no hash has to be trusted:
/// <code>
/// lxcps-seccomp 1 ARCHITECTURE
/// LIBRARY'S PATH, FILE SYSTEM, INODE AND SIZE
/// BYTES-OF-POLICY BYTES-OF-PROGRAM
/// policy, program
/// </code>
/// </summary>
public static class SeccompCache
{
    private const string AllowAll = "2\ndenylist\n";
    private const int MaximumSize = 1 << 20;
    private const uint WritableByOthers = 0x12;

    /// <summary>The directory of compiled policies: root's, or the user's own; null when the user has no place for them.</summary>
    public static string? Directory =>
        Processes.EffectiveUserId == 0 ? "/run/lxcps/seccomp"
        : Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime ? Path.Combine(runtime, "lxcps/seccomp") : null;

    private static string FormatLine => "lxcps-seccomp 1 " + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64");

    /// <summary>The compiled form of a policy file.</summary>
    /// <param name="policyPath">The file, in LXC's format 1 or 2; null for a policy that allows everything.</param>
    /// <param name="warn">Told of rules that are left out, when the policy is compiled; or null.</param>
    /// <param name="isolateKernelLog">Whether syslog(2) is left to the monitor, whatever the policy says of it.</param>
    /// <returns>A classic BPF program for <see cref="SeccompFilter.Install(ReadOnlySpan{byte})"/>.</returns>
    /// <exception cref="LxcException">ConfinementFailed: the file cannot be read; and what <see cref="SeccompPolicy.Parse"/> and
    /// <see cref="SeccompCompiler.Compile"/> throw.</exception>
    public static byte[] Load(string? policyPath, Action<string>? warn = null, bool isolateKernelLog = false) =>
        Load(policyPath, Directory, warn, isolateKernelLog);

    /// <summary>The same with a directory of the caller's.</summary>
    internal static byte[] Load(string? policyPath, string? directory, Action<string>? warn, bool isolateKernelLog = false)
    {
        string text = policyPath is null ? AllowAll : ReadPolicy(policyPath);

        // What the program is made of besides the text is a part of its identity.
        string identity = isolateKernelLog ? text + "\0" + ConfigKeys.IsolateKernelLog : text;
        byte[] policy = Encoding.UTF8.GetBytes(identity);
        string? cached = directory is null ? null : Path.Combine(directory, ControlSocket.Fnv1a64(identity).ToString("x16"));
        if (cached is not null && Read(cached, policy) is { } known)
        {
            return known;
        }

        string name = policyPath ?? ConfigKeys.IsolateKernelLog;
        SeccompPolicy parsed = SeccompPolicy.Parse(text, name);
        if (isolateKernelLog)
        {
            parsed.TakeOver("syslog");
        }

        byte[] program = SeccompCompiler.Compile(parsed, name, warn);
        if (cached is not null)
        {
            Save(directory!, cached, policy, program);
        }

        return program;
    }

    /// <summary>The text of a policy file.</summary>
    internal static string ReadPolicy(string path)
    {
        try
        {
            return Descriptors.ReadText(path);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.ConfinementFailed, $"The seccomp policy '{path}' cannot be read: {e.Message}", e)
            {
                ConfigKey = "lxc.seccomp.profile",
                Advice = "Correct the path, or remove the key to run without a policy.",
            };
        }
    }

    private static byte[]? Read(string path, byte[] policy)
    {
        int fd = -1;
        try
        {
            fd = Descriptors.Open(path, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking);

            // A file that another could have written is none of ours.
            FileStatus status = FileTree.Status(fd, string.Empty);
            if (!status.IsRegular || !IsOurs(status) || status.Size > MaximumSize)
            {
                return null;
            }

            byte[] content = new byte[status.Size];
            int length = 0;
            int count;
            while (length < content.Length && (count = Descriptors.Read(fd, content.AsSpan(length), path)) > 0)
            {
                length += count;
            }

            return length == content.Length ? ProgramOf(content, policy) : null;
        }
        catch (LinuxException)
        {
            return null;
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    private static byte[]? ProgramOf(ReadOnlySpan<byte> content, byte[] policy)
    {
        if (TakeLine(ref content) != FormatLine)
        {
            return null;
        }

        string library = TakeLine(ref content);
        string[] sizes = TakeLine(ref content).Split(' ');
        if (sizes.Length != 2 || !int.TryParse(sizes[0], out int policySize) || !int.TryParse(sizes[1], out int programSize)
            || policySize != policy.Length || programSize <= 0 || content.Length != (long)policySize + programSize)
        {
            return null;
        }

        bool same = content[..policySize].SequenceEqual(policy) && library.Length > 0 && library == StampOf(library[..Math.Max(library.IndexOf(' '), 0)]);
        return same ? content[policySize..].ToArray() : null;
    }

    private static void Save(string directory, string path, byte[] policy, byte[] program)
    {
        string temporary = $"{path}.{Processes.CurrentId}";
        int fd = -1;
        try
        {
            string library = StampOf(LibraryPath());
            FileTree.MakeDirectory(Descriptors.CurrentDirectory, Path.GetDirectoryName(directory)!, 0x1ED /* 0755: mounts lie below it too */);
            FileTree.MakeDirectory(Descriptors.CurrentDirectory, directory, 0x1C0 /* 0700 */);
            FileStatus status = FileTree.Status(Descriptors.CurrentDirectory, directory, follow: false);
            if (library.Length == 0 || !status.IsDirectory || !IsOurs(status))
            {
                return;
            }

            FileTree.Remove(Descriptors.CurrentDirectory, temporary);
            fd = Descriptors.Open(temporary, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180 /* 0600 */);
            Descriptors.WriteAll(fd, Encoding.UTF8.GetBytes($"{FormatLine}\n{library}\n{policy.Length} {program.Length}\n"), temporary);
            Descriptors.WriteAll(fd, policy, temporary);
            Descriptors.WriteAll(fd, program, temporary);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is LinuxException or IOException or UnauthorizedAccessException)
        {
            // The program is there whether it is kept or not; what was begun of the file does not count, and the next who has its name removes it.
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    private static bool IsOurs(FileStatus status) => status.UserId == Processes.EffectiveUserId && (status.Mode & WritableByOthers) == 0;

    // An update puts another file in the library's place, or leaves the place empty.
    private static string StampOf(string path) =>
        path.Length > 0 && FileTree.TryStatus(Descriptors.CurrentDirectory, path, true, out FileStatus status)
            ? $"{path} {status.FileSystem} {status.Inode} {status.Size}" : string.Empty;

    private static string LibraryPath()
    {
        foreach (string line in Descriptors.ReadText("/proc/self/maps").Split('\n'))
        {
            int slash = line.IndexOf('/');
            if (slash >= 0 && line.Contains("/libseccomp.so.", StringComparison.Ordinal) && line.IndexOf(' ', slash) < 0)
            {
                return line[slash..];
            }
        }

        return string.Empty;
    }

    private static string TakeLine(ref ReadOnlySpan<byte> content)
    {
        int end = content.IndexOf((byte)'\n');
        string line = end < 0 ? string.Empty : Encoding.UTF8.GetString(content[..end]);
        content = end < 0 ? [] : content[(end + 1)..];
        return line;
    }
}

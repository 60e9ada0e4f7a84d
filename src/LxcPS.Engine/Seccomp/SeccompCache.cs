using System.Runtime.InteropServices;
using System.Text;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Confinement;
using LxcPS.Native;

namespace LxcPS.Engine.Seccomp;

/// <summary>
/// Compiled policies. A policy is compiled once per boot, content and libseccomp; after that a start reads a small file and does not load
/// the library.
/// </summary>
public static class SeccompCache
{
    private const string AllowAll = "2\ndenylist\n";

    /// <summary>The directory of compiled policies: root's, or the user's own; null when the user has no place for them.</summary>
    public static string? Directory =>
        Processes.EffectiveUserId == 0 ? "/run/lxcps/seccomp"
        : Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime ? Path.Combine(runtime, "lxcps/seccomp") : null;

    private static string Architecture => RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x64";

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

        return LoadText(text, policyPath ?? ConfigKeys.IsolateKernelLog, directory, warn, isolateKernelLog);
    }

    /// <summary>The compiled form of a policy that is in no file.</summary>
    internal static byte[] LoadText(string text, string name, string? directory, Action<string>? warn, bool isolateKernelLog = false)
    {
        // What the program is made of besides the text is a part of its identity.
        string identity = isolateKernelLog ? text + "\0" + ConfigKeys.IsolateKernelLog : text;
        byte[] policy = Encoding.UTF8.GetBytes(identity);
        string? cached = directory is null ? null : CompiledPolicy.FileOf(directory, identity);
        if (cached is not null && CompiledPolicy.Read(cached, policy, IsCurrent) is { } known)
        {
            return known;
        }

        SeccompPolicy parsed = SeccompPolicy.Parse(text, name);
        if (isolateKernelLog)
        {
            parsed.TakeOver("syslog");
        }

        byte[] program = SeccompCompiler.Compile(parsed, name, warn);
        if (cached is not null)
        {
            CompiledPolicy.Save(cached, StampOf(LibraryPath()), policy, program);
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

    // "ARCHITECTURE PATH FILE-SYSTEM INODE SIZE" of the file that the library is in: an update puts another in its place, or leaves it empty.
    private static bool IsCurrent(string stamp)
    {
        string[] words = stamp.Split(' ');
        return words.Length == 5 && words[0] == Architecture && stamp == StampOf(words[1]);
    }

    private static string StampOf(string library) =>
        CompiledPolicy.StampOf(library) is { Length: > 0 } stamp ? $"{Architecture} {stamp}" : string.Empty;

    // In the helper that is linked with the library, an update of the one is an update of the other.
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

        return "/proc/self/exe";
    }
}

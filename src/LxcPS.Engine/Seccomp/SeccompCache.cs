using System.Runtime.InteropServices;
using System.Text;
using LxcPS.Engine.Confinement;
using LxcPS.Native;

namespace LxcPS.Engine.Seccomp;

/// <summary>
/// Compiled policies. A policy is compiled once per boot, content and libseccomp; after that a start reads a small file and does not load
/// the library.
/// </summary>
public static class SeccompCache
{
    /// <summary>The directory of compiled policies: root's, or the user's own; null when the user has no place for them.</summary>
    public static string? Directory =>
        Processes.EffectiveUserId == 0 ? "/run/lxcps/seccomp"
        : Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime ? Path.Combine(runtime, "lxcps/seccomp") : null;

    private static string Architecture => RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x64";

    /// <summary>The compiled form of a policy file.</summary>
    /// <param name="policyPath">The file, in LXC's format 1 or 2.</param>
    /// <param name="warn">Told of rules that are left out, when the policy is compiled; or null.</param>
    /// <returns>A classic BPF program for <see cref="SeccompFilter.Install"/>.</returns>
    /// <exception cref="LxcException">ConfinementFailed: the file cannot be read; and what <see cref="SeccompPolicy.Parse"/> and
    /// <see cref="SeccompCompiler.Compile"/> throw.</exception>
    public static byte[] Load(string policyPath, Action<string>? warn = null) => Load(policyPath, Directory, warn);

    /// <summary>The same with a directory of the caller's.</summary>
    internal static byte[] Load(string policyPath, string? directory, Action<string>? warn)
    {
        string text;
        try
        {
            text = Descriptors.ReadText(policyPath);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.ConfinementFailed, $"The seccomp policy '{policyPath}' cannot be read: {e.Message}", e)
            {
                ConfigKey = "lxc.seccomp.profile",
                Advice = "Correct the path, or remove the key to run without a policy.",
            };
        }

        return LoadText(text, policyPath, directory, warn);
    }

    /// <summary>The compiled form of a policy that is in no file.</summary>
    internal static byte[] LoadText(string text, string policyPath, string? directory, Action<string>? warn)
    {
        byte[] policy = Encoding.UTF8.GetBytes(text);
        string? cached = directory is null ? null : CompiledPolicy.FileOf(directory, text);
        if (cached is not null && CompiledPolicy.Read(cached, policy, IsCurrent) is { } known)
        {
            return known;
        }

        byte[] program = SeccompCompiler.Compile(SeccompPolicy.Parse(text, policyPath), policyPath, warn);
        if (cached is not null)
        {
            CompiledPolicy.Save(cached, StampOf(LibraryPath()), policy, program);
        }

        return program;
    }

    // "ARCHITECTURE PATH FILE-SYSTEM INODE SIZE" of the library: an update puts another file in its place, or leaves the place empty.
    private static bool IsCurrent(string stamp)
    {
        string[] words = stamp.Split(' ');
        return words.Length == 5 && words[0] == Architecture && stamp == StampOf(words[1]);
    }

    private static string StampOf(string library) =>
        CompiledPolicy.StampOf(library) is { Length: > 0 } stamp ? $"{Architecture} {stamp}" : string.Empty;

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
}

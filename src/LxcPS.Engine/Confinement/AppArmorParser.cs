using System.Text;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Confinement;

/// <summary>AppArmor's own compiler, apparmor_parser(8).</summary>
internal static class AppArmorParser
{
    private static readonly string[] Places = ["/sbin/apparmor_parser", "/usr/sbin/apparmor_parser", "/usr/local/sbin/apparmor_parser"];

    /// <summary>Where it is, or null where it is not installed.</summary>
    internal static string? Path => Array.Find(Places, FileTree.Exists);

    /// <summary>The directory of compiled profiles.</summary>
    internal static string CacheDirectory => "/var/cache/lxcps/apparmor";

    /// <summary>Compiles a policy for this kernel, or takes what was made of the same policy before.</summary>
    /// <param name="source">The policy.</param>
    /// <param name="what">What it is, for messages: the profile 'x'.</param>
    /// <exception cref="LxcException">ConfinementFailed with the parser's words; HostUnsupported where there is no parser.</exception>
    internal static byte[] Compile(string source, string what) => Compile(source, what, CacheDirectory);

    /// <summary>The same with a directory of the caller's, or without one.</summary>
    internal static byte[] Compile(string source, string what, string? cacheDirectory)
    {
        byte[] policy = Encoding.UTF8.GetBytes(source);
        string? cached = cacheDirectory is null ? null : CompiledPolicy.FileOf(cacheDirectory, source);
        string stamp = Stamp();
        if (cached is not null && CompiledPolicy.Read(cached, policy, kept => kept == stamp) is { } known)
        {
            return known;
        }

        string place = FileTree.Exists("/run") && Processes.EffectiveUserId == 0 ? "/run" : System.IO.Path.GetTempPath();
        string directory = $"{place}/lxcps-policy-{Processes.CurrentId}-{Environment.TickCount64:x}";
        FileTree.MakeDirectory(Descriptors.CurrentDirectory, directory, 0x1C0 /* 0700 */);
        try
        {
            byte[] result = Run(policy, directory, what);
            if (cached is not null)
            {
                CompiledPolicy.Save(cached, stamp, policy, result);
            }

            return result;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static byte[] Run(byte[] policy, string directory, string what)
    {
        string parser = Path ?? throw new LxcException(LxcErrorId.HostUnsupported, $"{what} cannot be compiled: apparmor_parser is not installed")
        {
            Advice = "Install it, on Debian and Ubuntu: apt-get install apparmor.",
        };
        string input = directory + "/profile";
        string output = directory + "/binary";
        File.WriteAllBytes(input, policy);
        ProgramResult result = ChildProgram.Run(parser,
            ["apparmor_parser", "--skip-kernel-load", "--skip-cache", "--quiet", "--ofile", output, input], -1, int.MaxValue, CancellationToken.None);
        return result.Exit.ExitCode == 0 && FileTree.Exists(output) ? File.ReadAllBytes(output)
            : throw new LxcException(LxcErrorId.ConfinementFailed, $"{what} cannot be compiled: {Words(result, input)}")
            {
                Advice = "Correct the rule; see apparmor.d(5). Rules of a container are those of lxc.apparmor.raw.",
            };
    }

    // The file is gone by the time that anybody reads its name.
    private static string Words(ProgramResult result, string input)
    {
        string said = (result.Error.Length > 0 ? result.Error : result.Output).Replace(input, "the profile").Replace('\n', ' ').Trim();
        return said.Length > 0 ? said : $"apparmor_parser ended with {result.Exit.ExitCode}";
    }

    // What a compiled policy depends on besides its source: the parser, and what the kernel can do, which changes with the kernel alone.
    private static string Stamp()
    {
        string parser = Path is { } path ? CompiledPolicy.StampOf(path) : string.Empty;
        string kernel = Descriptors.ReadText("/proc/version").Trim();
        return parser.Length == 0 ? string.Empty : $"{parser} {kernel}";
    }
}

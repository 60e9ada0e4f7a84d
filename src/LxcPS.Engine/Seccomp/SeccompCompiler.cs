using System.Globalization;
using LxcPS.Native;

namespace LxcPS.Engine.Seccomp;

/// <summary>Makes the kernel's filter of a policy, through libseccomp.</summary>
public static class SeccompCompiler
{
    /// <summary>Compiles a policy for the machine's architecture and those that its kernel runs besides: x86-64 with x86 and x32, arm64 with arm.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="warn">Told of what the filter leaves out, or null.</param>
    /// <returns>A classic BPF program.</returns>
    /// <exception cref="LxcException">HostUnsupported without libseccomp; ConfinementFailed when it refuses a rule.</exception>
    public static byte[] Compile(SeccompPolicy policy, string path, Action<string>? warn = null)
    {
        try
        {
            uint native = LibSeccomp.NativeArchitecture;
            using LibSeccomp filter = new(native, policy.DefaultAction);
            AddRules(filter, policy, native, path, warn);

            // Format 1 has numbers, and they mean other calls elsewhere: the kernel ends what calls through another architecture.
            foreach (uint architecture in policy.Version == 1 ? [] : CompatibleWith(native))
            {
                using LibSeccomp other = new(architecture, policy.DefaultAction);
                AddRules(other, policy, architecture, path, null);
                filter.Merge(other);
            }

            return filter.Export();
        }
        catch (DllNotFoundException e)
        {
            throw NoLibrary($"The seccomp policy '{path}' cannot be compiled", e);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.ConfinementFailed, $"The seccomp policy '{path}' cannot be compiled: {e.Message}", e)
            {
                ConfigKey = "lxc.seccomp.profile",
                Advice = "See the rules of the policy.",
            };
        }
    }

    /// <summary>The error where libseccomp is missing.</summary>
    internal static LxcException NoLibrary(string what, DllNotFoundException cause) =>
        new(LxcErrorId.HostUnsupported, what + ": libseccomp is not installed", cause)
        {
            ConfigKey = "lxc.seccomp.profile",
            Advice = "Install it: apt-get install libseccomp2, or dnf install libseccomp.",
        };

    /// <summary>The architectures whose programs a machine's kernel may run besides.</summary>
    internal static uint[] CompatibleWith(uint native) => native switch
    {
        LibSeccomp.SCMP_ARCH_X86_64 => [LibSeccomp.SCMP_ARCH_X86, LibSeccomp.SCMP_ARCH_X32],
        LibSeccomp.SCMP_ARCH_AARCH64 => [LibSeccomp.SCMP_ARCH_ARM],
        _ => [],
    };

    private static void AddRules(LibSeccomp filter, SeccompPolicy policy, uint architecture, string path, Action<string>? warn)
    {
        string section = SectionOf(architecture);
        string unknown = string.Empty;
        foreach (SeccompRule rule in policy.Rules)
        {
            // A rule that repeats the default says nothing, and libseccomp refuses it.
            if (rule.Action == policy.DefaultAction)
            {
                continue;
            }

            int number = policy.Version == 1 && rule.Line > 0 ? int.Parse(rule.Call, CultureInfo.InvariantCulture) : LibSeccomp.Resolve(rule.Call);
            if (number == LibSeccomp.UnknownCall)
            {
                // Also in the section of another architecture: none has the call, so it is a typing error or newer than the library.
                unknown += unknown.Length == 0 ? rule.Call : ", " + rule.Call;
                continue;
            }

            if ((rule.Architecture is null || rule.Architecture == section) && ((policy.Version == 1 && rule.Line > 0) || filter.Has(rule.Call)))
            {
                Add(filter, rule, number, path);
            }
        }

        if (unknown.Length > 0)
        {
            warn?.Invoke($"The seccomp policy '{path}' has rules for system calls that libseccomp {LibSeccomp.Version} does not know, " +
                $"and they were left out: {unknown}");
        }
    }

    private static void Add(LibSeccomp filter, SeccompRule rule, int number, string path)
    {
        try
        {
            filter.Add(number, rule.Call, rule.Action, rule.Conditions);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.ConfinementFailed,
                $"The rule for '{rule.Call}' in line {rule.Line} of the seccomp policy '{path}' was refused: {e.Message}", e)
            {
                ConfigKey = "lxc.seccomp.profile",
                Line = rule.Line,
                Advice = "Correct the line; a rule can have one condition on each argument.",
            };
        }
    }

    private static string SectionOf(uint architecture) => architecture switch
    {
        LibSeccomp.SCMP_ARCH_X86_64 => "x86_64",
        LibSeccomp.SCMP_ARCH_X86 => "x86",
        LibSeccomp.SCMP_ARCH_X32 => "x32",
        LibSeccomp.SCMP_ARCH_AARCH64 => "arm64",
        LibSeccomp.SCMP_ARCH_ARM => "arm",
        _ => string.Empty,
    };
}

using LxcPS.Native;

namespace LxcPS.Engine.Seccomp;

/// <summary>The names of system calls, as libseccomp has them.</summary>
public static class SystemCallNames
{
    // Beyond the numbers that are given out; each call of the library costs well below a microsecond.
    private const int HighestNumber = 600;

    private static string[]? all;

    /// <summary>All names of this machine's architectures, sorted; none without libseccomp.</summary>
    public static IReadOnlyList<string> All => all ??= Read();

    /// <summary>The name of a number on the machine's own architecture; the number as text where it has none.</summary>
    public static string NameOf(int number)
    {
        try
        {
            return LibSeccomp.NameOf(LibSeccomp.NativeArchitecture, number) ?? number.ToString();
        }
        catch (DllNotFoundException)
        {
            return number.ToString();
        }
    }

    /// <summary>Throws where there is no system call of that name.</summary>
    /// <exception cref="LxcException">ConfigInvalidValue; HostUnsupported without libseccomp.</exception>
    internal static void Require(string name)
    {
        try
        {
            if (name.Length > 0 && !name.Contains('\0') && LibSeccomp.Resolve(name) != LibSeccomp.UnknownCall)
            {
                return;
            }
        }
        catch (DllNotFoundException e)
        {
            throw SeccompCompiler.NoLibrary("The names of system calls cannot be looked up", e);
        }

        string? near = Nearest(name);
        throw new LxcException(LxcErrorId.ConfigInvalidValue, $"There is no system call '{DisplayText.Of(name)}'")
        {
            ConfigKey = "lxc.seccomp.profile",
            Advice = near is null ? "See syscalls(2) for the names that there are." : $"Did you mean {near}?",
        };
    }

    private static string? Nearest(string name)
    {
        string? nearest = null;
        int least = Math.Max(1, name.Length / 3) + 1;
        foreach (string known in All)
        {
            int distance = name.Length > 64 ? least : Spelling.Distance(name, known, least);
            if (distance < least)
            {
                (nearest, least) = (known, distance);
            }
        }

        return nearest;
    }

    private static string[] Read()
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        try
        {
            foreach (uint architecture in (ReadOnlySpan<uint>)[LibSeccomp.NativeArchitecture, .. SeccompCompiler.CompatibleWith(LibSeccomp.NativeArchitecture)])
            {
                for (int number = 0; number < HighestNumber; number++)
                {
                    if (LibSeccomp.NameOf(architecture, number) is { } name)
                    {
                        names.Add(name);
                    }
                }
            }
        }
        catch (DllNotFoundException)
        {
            return [];
        }

        return [.. names];
    }
}

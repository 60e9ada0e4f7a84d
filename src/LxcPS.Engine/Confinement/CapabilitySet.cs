using LxcPS.Native;

namespace LxcPS.Engine.Confinement;

/// <summary>The capabilities that a configuration leaves a container.</summary>
public static class CapabilitySet
{
    /// <summary>All capabilities that the kernel may know.</summary>
    public const ulong All = ulong.MaxValue;

    /// <summary>The mask, a bit per capability number, of <c>lxc.cap.keep</c> and <c>lxc.cap.drop</c>.</summary>
    /// <exception cref="LxcException">ConfigInvalidValue: an unknown name, or both keys at once.</exception>
    public static ulong Of(ReadOnlySpan<string> keep, ReadOnlySpan<string> drop)
    {
        if (keep.Length > 0 && drop.Length > 0)
        {
            throw new LxcException(LxcErrorId.ConfigInvalidValue, "lxc.cap.keep and lxc.cap.drop cannot be used together")
            {
                ConfigKey = "lxc.cap.keep",
                Advice = "Keep one of the two keys.",
            };
        }

        return keep.Length > 0 ? MaskOf(keep, "lxc.cap.keep") : All & ~MaskOf(drop, "lxc.cap.drop");
    }

    private static ulong MaskOf(ReadOnlySpan<string> values, string key)
    {
        ulong mask = 0;
        foreach (string value in values)
        {
            foreach (string name in value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            {
                if (name == "none")
                {
                    mask = 0;
                    continue;
                }

                int number = Capabilities.Find(name);
                if (number < 0)
                {
                    throw new LxcException(LxcErrorId.ConfigInvalidValue, $"There is no capability '{name}'")
                    {
                        ConfigKey = key,
                        Advice = "Use the names of capabilities(7) without CAP_, in lower case.",
                    };
                }

                mask |= 1UL << number;
            }
        }

        return mask;
    }
}

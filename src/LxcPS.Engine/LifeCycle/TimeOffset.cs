using LxcPS.Engine.Configuration;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>The clocks of a container: <c>lxc.time.offset.*</c>; see time_namespaces(7).</summary>
internal static class TimeOffset
{
    private const long Second = 1_000_000_000;

    private static readonly (string Key, string Clock)[] Clocks =
        [("lxc.time.offset.monotonic", "monotonic"), ("lxc.time.offset.boot", "boottime")];

    /// <summary>The first key that asks for an offset, or null.</summary>
    internal static string? KeyIn(ContainerConfig config)
    {
        foreach ((string key, _) in Clocks)
        {
            if (config.Get(key) is { Length: > 0 })
            {
                return key;
            }
        }

        return null;
    }

    /// <summary>What is written to timens_offsets: a line a clock, with seconds and nanoseconds; empty where no key asks for it.</summary>
    internal static string TextOf(ContainerConfig config)
    {
        string text = string.Empty;
        foreach ((string key, string clock) in Clocks)
        {
            if (config.Get(key) is { Length: > 0 } value)
            {
                // The kernel wants nanoseconds that are positive, also where the seconds are not.
                Int128 offset = Parse(value);
                Int128 rest = ((offset % Second) + Second) % Second;
                text += $"{clock} {(offset - rest) / Second} {rest}\n";
            }
        }

        return text;
    }

    /// <summary>Moves the calling process, whose only thread calls it, into a time namespace of its own user namespace with these offsets.</summary>
    internal static void Enter(string offsets)
    {
        // The offsets can be set only as long as nobody is in the namespace.
        Processes.Unshare(Processes.CLONE_NEWTIME);
        if (offsets.Length > 0)
        {
            Descriptors.WriteText("/proc/self/timens_offsets", offsets);
        }

        const string Next = "/proc/self/ns/time_for_children";
        int fd = Descriptors.Open(Next, OpenFlags.ReadOnly);
        Processes.JoinNamespaces(fd, Processes.CLONE_NEWTIME, Next);
        Descriptors.Close(fd);
    }

    // The validation has seen to it that it is a number and a unit.
    private static Int128 Parse(string value)
    {
        int unit = value.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        return Int128.Parse(value.AsSpan(0, unit)) * value[unit..].Trim() switch
        {
            "h" => 3600 * Second,
            "m" => 60 * Second,
            "s" => Second,
            "ms" => 1_000_000,
            "us" => 1000,
            _ => 1,
        };
    }
}

using System.Diagnostics.CodeAnalysis;

namespace LxcPS.Engine.Configuration;

/// <summary>A range of ids of a container and what they are on the host; see user_namespaces(7).</summary>
/// <param name="IsUser">Whether it maps user ids.</param>
/// <param name="IsGroup">Whether it maps group ids.</param>
/// <param name="ContainerId">The first id in the container.</param>
/// <param name="HostId">The first id on the host.</param>
/// <param name="Count">How many ids follow one another.</param>
public readonly record struct IdMapEntry(bool IsUser, bool IsGroup, uint ContainerId, uint HostId, uint Count)
{
    /// <summary>Whether an id of the host is one that it maps.</summary>
    internal bool HasHostId(uint id) => id >= HostId && id - HostId < Count;

    /// <summary>Reads a value of <c>lxc.idmap</c>: <c>u 0 100000 65536</c>; g for groups, b for both (which LXC itself does not read).</summary>
    /// <exception cref="LxcException">ConfigInvalidValue.</exception>
    public static IdMapEntry Parse(string text) => TryParse(text, out IdMapEntry entry, out string? reason) ? entry
        : throw new LxcException(LxcErrorId.ConfigInvalidValue, $"The id map '{DisplayText.Of(text)}' cannot be used: {reason}")
        {
            ConfigKey = "lxc.idmap",
            Advice = "Write: u or g, the first id in the container, the first id on the host, how many; e.g. u 0 100000 65536.",
        };

    /// <summary>Reads a value of <c>lxc.idmap</c>; the reason is the end of a sentence.</summary>
    public static bool TryParse(string text, out IdMapEntry entry, [NotNullWhen(false)] out string? reason)
    {
        entry = default;
        string[] fields = text.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
        reason = "it must be u or g and three numbers";
        if (fields.Length != 4 || fields[0] is not ("u" or "g" or "b") || !ConfigNumber.TryParse(fields[1], out ulong inside)
            || !ConfigNumber.TryParse(fields[2], out ulong host) || !ConfigNumber.TryParse(fields[3], out ulong count))
        {
            return false;
        }

        // 4294967295 is no id: system calls take it for "leave as it is".
        reason = "a range needs at least one id, and no id goes beyond 4294967294";
        if (count == 0 || count > uint.MaxValue || inside > uint.MaxValue - count || host > uint.MaxValue - count)
        {
            return false;
        }

        entry = new IdMapEntry(fields[0] != "g", fields[0] != "u", (uint)inside, (uint)host, (uint)count);
        reason = null;
        return true;
    }

    /// <summary>The value as <c>lxc.idmap</c> has it.</summary>
    public override string ToString() => $"{(IsUser ? IsGroup ? 'b' : 'u' : 'g')} {ContainerId} {HostId} {Count}";
}

using LxcPS.Native;

namespace LxcPS.Engine.Seccomp;

/// <summary>What is to be changed in a policy.</summary>
/// <param name="Deny">Calls that are to be denied, on all architectures and whatever their arguments are.</param>
/// <param name="Allow">Calls that are to be allowed.</param>
/// <param name="Errno">What denied calls answer with.</param>
public sealed record PolicyChange(IReadOnlyList<string> Deny, IReadOnlyList<string> Allow, int Errno);

/// <summary>Changes the text of a policy; comments, sections and all rules for other calls stay as they are.</summary>
public static class PolicyEdit
{
    private const string ForceUmount = "reject_force_umount";

    /// <summary>The changed text.</summary>
    /// <param name="text">A policy of format 2.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="change">The change.</param>
    /// <exception cref="LxcException">ConfigSyntax; ConfigInvalidValue: no such call; ConfigUnsupported: format 1.</exception>
    public static string Apply(string text, string path, PolicyChange change)
    {
        SeccompPolicy policy = SeccompPolicy.Parse(text, path);
        if (policy.Version == 1)
        {
            throw new LxcException(LxcErrorId.ConfigUnsupported,
                $"The seccomp policy '{path}' is of format 1, a list of numbers, in which no call can have an answer of its own")
            {
                Path = path,
                ConfigKey = "lxc.seccomp.profile",
                Advice = "Begin with another policy: -Default first, or -Path with one of format 2.",
            };
        }

        HashSet<string> changed = [.. change.Deny, .. change.Allow];
        foreach (string call in changed)
        {
            SystemCallNames.Require(call);
        }

        List<string> lines = [.. text.TrimEnd().Split('\n')];
        lines.RemoveAll(line => changed.Contains(CallOf(line)));
        List<string> added = [];
        Add(change.Deny, LibSeccomp.SCMP_ACT_ERRNO | (uint)change.Errno, $"errno {change.Errno}");
        Add(change.Allow, LibSeccomp.SCMP_ACT_ALLOW, "allow");
        if (added.Count > 0)
        {
            lines.Add("[all]");
            lines.AddRange(added);
        }

        return Tidy(lines);

        void Add(IReadOnlyList<string> calls, uint action, string word)
        {
            // What the policy answers without a rule needs none.
            foreach (string call in policy.DefaultAction == action ? [] : calls.Distinct())
            {
                added.Add($"{call} {word}");
            }
        }
    }

    private static string CallOf(string line)
    {
        ReadOnlySpan<char> rest = line.AsSpan().Trim();
        int end = rest.IndexOfAny(" \t[#");
        string word = (end < 0 ? rest : rest[..end]).ToString();

        // It stands for a rule on umount2(2).
        return word == ForceUmount ? "umount2" : word;
    }

    // Changed again and again, a policy would gain a section with nothing in it each time.
    private static string Tidy(List<string> lines)
    {
        for (int i = lines.Count - 2; i >= 0; i--)
        {
            if (lines[i].Trim() == "[all]" && lines[i + 1].Trim() == "[all]")
            {
                lines.RemoveAt(i);
            }
        }

        if (lines[^1].Trim() == "[all]")
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return string.Join('\n', lines) + "\n";
    }
}

using LxcPS.Engine.Seccomp;

namespace LxcPS;

/// <summary>A rule of a seccomp policy.</summary>
public sealed class LxcSeccompRule
{
    internal LxcSeccompRule(SeccompRule rule, int format)
    {
        // Format 1 has numbers.
        Call = format == 1 && int.TryParse(rule.Call, out int number) ? SystemCallNames.NameOf(number) : rule.Call;
        Action = SeccompWords.ActionOf(rule.Action);
        Errno = SeccompWords.ErrnoOf(rule.Action);
        Conditions = [.. SeccompWords.ConditionsOf(rule).Select(words => new LxcSeccompCondition(words))];
        Architecture = rule.Architecture;
        Line = rule.Line;
    }

    /// <summary>The system call.</summary>
    public string Call { get; }

    /// <summary>What the kernel does: allow, errno, kill, kill_process, trap, log, notify.</summary>
    public string Action { get; }

    /// <summary>What the call answers with, where the action is errno.</summary>
    public int? Errno { get; }

    /// <summary>Conditions on the arguments, all of which must hold.</summary>
    public LxcSeccompCondition[] Conditions { get; }

    /// <summary>The architecture that it is for; null for all.</summary>
    public string? Architecture { get; }

    /// <summary>Its line in the file, counted from 1.</summary>
    public int Line { get; }

    /// <inheritdoc/>
    public override string ToString() => Call;
}

using System.Globalization;
using LxcPS.Native;

namespace LxcPS.Engine.Seccomp;

/// <summary>The numbers of a policy in the words of its format.</summary>
public static class SeccompWords
{
    private static readonly string[] Operators = ["", "!=", "<", "<=", "==", ">=", ">", "&="];

    /// <summary>The word for an action: <c>errno</c>, <c>kill</c>, <c>allow</c>.</summary>
    /// <param name="action">SCMP_ACT_.</param>
    public static string ActionOf(uint action) => (action & 0xFFFF0000) switch
    {
        LibSeccomp.SCMP_ACT_KILL_THREAD => "kill",
        LibSeccomp.SCMP_ACT_KILL_PROCESS => "kill_process",
        LibSeccomp.SCMP_ACT_TRAP => "trap",
        LibSeccomp.SCMP_ACT_ERRNO => "errno",
        LibSeccomp.SCMP_ACT_NOTIFY => "notify",
        LibSeccomp.SCMP_ACT_LOG => "log",
        LibSeccomp.SCMP_ACT_ALLOW => "allow",
        _ => action.ToString("x8", CultureInfo.InvariantCulture),
    };

    /// <summary>The errno of an action that answers with one; else null.</summary>
    /// <param name="action">SCMP_ACT_.</param>
    public static int? ErrnoOf(uint action) => (action & 0xFFFF0000) == LibSeccomp.SCMP_ACT_ERRNO ? (int)(action & 0xFFFF) : null;

    /// <summary>The conditions of a rule.</summary>
    public static IEnumerable<ConditionWords> ConditionsOf(SeccompRule rule)
    {
        foreach (ArgumentComparison condition in rule.Conditions)
        {
            bool masked = condition.Operator == SeccompPolicy.MaskedEqual;
            yield return new ConditionWords((int)condition.Argument, Operators[condition.Operator],
                masked ? condition.Second : condition.First, masked ? condition.First : null);
        }
    }
}

/// <summary>A condition on an argument of a system call.</summary>
/// <param name="Argument">Which argument, from 0.</param>
/// <param name="Operator">The sign of the comparison: <c>==</c>, <c>&amp;=</c>.</param>
/// <param name="Value">What the argument is compared with.</param>
/// <param name="Mask">The bits of the argument that count; null where all do.</param>
public readonly record struct ConditionWords(int Argument, string Operator, ulong Value, ulong? Mask);

using LxcPS.Engine.Seccomp;

namespace LxcPS;

/// <summary>A condition on an argument of a system call.</summary>
public sealed class LxcSeccompCondition
{
    internal LxcSeccompCondition(ConditionWords words)
    {
        Argument = words.Argument;
        Operator = words.Operator;
        Value = words.Value;
        Mask = words.Mask;
    }

    /// <summary>Which argument, from 0.</summary>
    public int Argument { get; }

    /// <summary>The comparison: ==, !=, &lt;, &lt;=, &gt;, &gt;=, or &amp;= for what equals the value under the mask.</summary>
    public string Operator { get; }

    /// <summary>What the argument is compared with.</summary>
    public ulong Value { get; }

    /// <summary>The bits of the argument that count; null where all do.</summary>
    public ulong? Mask { get; }

    /// <summary>As the policy format writes it.</summary>
    public override string ToString() => Mask is { } mask ? $"[{Argument},0x{Value:x},{Operator},0x{mask:x}]" : $"[{Argument},0x{Value:x},{Operator}]";
}

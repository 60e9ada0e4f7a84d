using LxcPS.Native;

namespace LxcPS.Engine.Seccomp;

/// <summary>One rule of a policy.</summary>
/// <param name="Call">The name of the system call; in format 1 its number as text.</param>
/// <param name="Action">What the kernel does: SCMP_ACT_, see seccomp_init(3).</param>
/// <param name="Conditions">The conditions on arguments, all of which must hold.</param>
/// <param name="Architecture">The section it stands in, e.g. <c>x86_64</c>; null for all architectures.</param>
/// <param name="Line">Its line in the file, counted from 1.</param>
public sealed record SeccompRule(string Call, uint Action, ArgumentComparison[] Conditions, string? Architecture, int Line);

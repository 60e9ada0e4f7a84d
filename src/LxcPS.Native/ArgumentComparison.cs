using System.Runtime.InteropServices;

namespace LxcPS.Native;

/// <summary>A condition on an argument of a system call: struct scmp_arg_cmp of libseccomp, see seccomp_rule_add(3).</summary>
/// <param name="Argument">Which argument, from 0 to 5.</param>
/// <param name="Operator">SCMP_CMP_: 1 not equal, 2 less, 3 less or equal, 4 equal, 5 greater or equal, 6 greater, 7 equal under a mask.</param>
/// <param name="First">What it is compared with; the mask of a masked comparison.</param>
/// <param name="Second">What a masked argument is compared with.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct ArgumentComparison(uint Argument, int Operator, ulong First, ulong Second);

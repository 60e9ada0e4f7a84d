namespace LxcPS.Engine.KernelLog;

/// <summary>A message of a container's kernel log.</summary>
/// <param name="Sequence">Its number, from 0; where numbers are missing, messages were more than the log holds.</param>
/// <param name="Level">How grave it is.</param>
/// <param name="Facility">What kind of program it is of.</param>
/// <param name="Uptime">When it came, counted from the start of the machine.</param>
/// <param name="Time">When it came, as universal time.</param>
/// <param name="Text">The message, with control characters as escapes.</param>
public sealed record KernelLogMessage(
    long Sequence, KernelLogLevel Level, KernelLogFacility Facility, TimeSpan Uptime, DateTime Time, string Text);

namespace LxcPS.Engine.Diagnostics;

/// <summary>An AppArmor label as /proc/PID/attr tells it: the name and, in parentheses, the mode.</summary>
/// <param name="Name">The profile, several with <c>//&amp;</c> between them, or <c>unconfined</c>.</param>
/// <param name="Mode">enforce, complain, kill, mixed; null for none.</param>
internal readonly record struct LabelFact(string Name, string? Mode)
{
    /// <summary>Whether what the profile does not allow is denied.</summary>
    internal bool IsEnforced => Mode is "enforce" or "kill";

    internal static LabelFact Parse(string? text)
    {
        text = text?.TrimEnd('\n', '\0') ?? "unconfined";
        int mode = text.EndsWith(')') ? text.LastIndexOf(" (", StringComparison.Ordinal) : -1;
        return mode < 0 ? new LabelFact(text, null) : new LabelFact(text[..mode], text[(mode + 2)..^1]);
    }
}

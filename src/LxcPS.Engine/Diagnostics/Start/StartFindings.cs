using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Tells what the checks of a start found: in the helper and in the processes that it clones, which report for themselves.</summary>
internal sealed class StartFindings(Reporter reporter)
{
    /// <summary>The kind of report line that tells of a check.</summary>
    internal const string ReportKind = "check";

    /// <summary>Nothing is in the way.</summary>
    internal void Pass(string name, string detail, string? key = null) => Tell(name, CheckStatus.Passed, detail, null, key, 0, null);

    /// <summary>Something is left out, or is a risk.</summary>
    internal void Warn(string name, string detail, string? key, string advice, int line = 0) => Tell(name, CheckStatus.Warning, detail, null, key, line, advice);

    /// <summary>What the start would fail with.</summary>
    internal void Fail(string name, LxcException e) => Tell(name, CheckStatus.Failed, e.Message, e.ErrorId, e.ConfigKey, e.Line, e.Advice);

    /// <summary>Runs what the start runs: its error is a failure. A system call that fails is what the start would call StartFailed.</summary>
    /// <returns>Whether it did what it should.</returns>
    internal bool Try(string name, string? key, string advice, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (LxcException e)
        {
            Fail(name, e);
        }
        catch (LinuxException e)
        {
            Fail(name, new LxcException(LxcErrorId.StartFailed, $"{name}: {e.Message}", e) { ConfigKey = key, Advice = advice });
        }

        return false;
    }

    /// <summary>The check that a report line tells of.</summary>
    internal static StartCheck Parse(string[] fields, string lxcPath, string container) => new()
    {
        Container = container,
        LxcPath = lxcPath,
        Name = fields[1],
        Status = Enum.Parse<CheckStatus>(fields[2]),
        Detail = fields[3],
        ErrorId = fields[4].Length == 0 ? null : fields[4],
        ConfigKey = fields[5].Length == 0 ? null : fields[5],
        Line = int.Parse(fields[6], System.Globalization.CultureInfo.InvariantCulture),
        Advice = fields[7],
    };

    private void Tell(string name, CheckStatus status, string detail, string? errorId, string? key, int line, string? advice) =>
        reporter.Fields(ReportKind, name, status.ToString(), detail, errorId ?? string.Empty, key ?? string.Empty,
            line.ToString(System.Globalization.CultureInfo.InvariantCulture), advice ?? string.Empty);
}

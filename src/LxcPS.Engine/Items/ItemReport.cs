using LxcPS.Engine.LifeCycle;

namespace LxcPS.Engine.Items;

/// <summary>What the two sides of a copy tell the session: report lines, see <see cref="ReportLine"/>.</summary>
internal sealed class ItemReport(Reporter reporter, string container)
{
    /// <summary>The kind of line that brings an error of a single name: the rest goes on.</summary>
    internal const string ProblemKind = "problem";

    /// <summary>The kind of line that brings a warning.</summary>
    internal const string WarningKind = "warning";

    /// <summary>The kind of line that tells how far the copy is: bytes, names, the last name.</summary>
    internal const string ProgressKind = "progress";

    /// <summary>The kind of line that tells what has been copied: its path there, whether it is a directory, bytes, names.</summary>
    internal const string CopiedKind = "copied";

    /// <summary>The kind of the last line of a copy that was not cut short.</summary>
    internal const string DoneKind = "done";

    private const int ProgressInterval = 200;

    private long lastProgress = Environment.TickCount64;

    /// <summary>Tells an error of a name.</summary>
    internal void Problem(LxcException e) => reporter.Fields(ProblemKind, ReportLine.OfError(e));

    /// <summary>Tells an error of a name.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="message">What could not be done and why.</param>
    /// <param name="path">The name.</param>
    /// <param name="advice">What the user can do.</param>
    /// <param name="cause">The kernel's answer, if it was one.</param>
    internal void Problem(string id, string message, string path, string advice, Exception? cause = null) =>
        Problem(new LxcException(id, message, cause) { ContainerName = container, Step = "copy", Path = path, Advice = advice });

    /// <summary>Tells a warning.</summary>
    internal void Warn(string text) => reporter.Fields(WarningKind, text);

    /// <summary>Tells how far the copy is, now and then.</summary>
    internal void Progress(long bytes, long names, string name)
    {
        long now = Environment.TickCount64;
        if (now - lastProgress >= ProgressInterval)
        {
            lastProgress = now;
            reporter.Fields(ProgressKind, bytes.ToString(), names.ToString(), DisplayText.Of(name));
        }
    }

    /// <summary>Tells what has been copied.</summary>
    internal void Copied(string path, bool isDirectory, long bytes, long names) =>
        reporter.Fields(CopiedKind, path, isDirectory ? "directory" : "file", bytes.ToString(), names.ToString());
}

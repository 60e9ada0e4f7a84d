using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>The console's log file, which the monitor opens.</summary>
internal static class ConsoleChecks
{
    internal static void Add(StartFindings findings, LaunchPlan plan)
    {
        if (!plan.NoConsole && plan.ConsoleLog is { } log)
        {
            if (LogObjection(log) is { } objection)
            {
                findings.Fail("Console log", new LxcException(LxcErrorId.StartFailed, $"The console's log '{DisplayText.Of(log)}' {objection}")
                {
                    ConfigKey = "lxc.console.logfile",
                    Advice = "Make the directory, or name a file that can be written.",
                });
            }
            else
            {
                findings.Pass("Console log", $"'{DisplayText.Of(log)}' can be written", "lxc.console.logfile");
            }
        }
    }

    private static string? LogObjection(string path)
    {
        if (FileTree.TryStatus(Descriptors.CurrentDirectory, path, true, out FileStatus status))
        {
            return status.IsDirectory ? "is a directory" : Permissions.CanAccess(path, Permissions.Write) ? null : "cannot be written";
        }

        string? directory = Path.GetDirectoryName(path);
        return directory is null || !FileTree.TryStatus(Descriptors.CurrentDirectory, directory, true, out status) || !status.IsDirectory
            ? "is in a directory that is missing"
            : Permissions.CanAccess(directory, Permissions.Write | Permissions.Execute) ? null : "is in a directory that cannot be written";
    }
}

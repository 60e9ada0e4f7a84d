using System.Diagnostics;
using System.Management.Automation;
using LxcPS.Host.Running;

namespace LxcPS.Host;

internal static class Program
{
    internal static string EngineVersion { get; } =
        FileVersionInfo.GetVersionInfo(typeof(PSObject).Assembly.Location).ProductVersion?.Split(' ', '+')[0] ?? "7";

    private static int Main(string[] args)
    {
        // The engine would otherwise report module names to its makers: a stand-in has nothing to tell.
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");

        var line = CommandLine.Parse(args);
        if (line.Error is not null)
        {
            Console.Error.WriteLine(line.Error);
            return ExitCode.BadCommandLine;
        }

        if (line.ShowVersion)
        {
            Console.WriteLine($"PowerShell {EngineVersion}");
            return ExitCode.Success;
        }

        if (line.ShowHelp)
        {
            Console.WriteLine(Usage.Text);
            return ExitCode.Success;
        }

        SessionSetup.PrepareOtherSessions();
        if (line.ServerMode)
        {
            // Start-Job starts its host so, and talks to the engine in it.
            Internals.CallStatic("System.Management.Automation.Remoting.Server.StdIOProcessMediator", "Run", null, line.WorkingDirectory,
                null, null, false);
            return ExitCode.Success;
        }

        using var session = new Session(line);
        return session.Run();
    }
}

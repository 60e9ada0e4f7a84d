using LxcPS.Engine.Attach;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>Runs a program in a container on the caller's own terminal.</summary>
public static class TerminalSession
{
    /// <summary>Runs until the program ends; the result is its exit code. The terminal's settings are restored even if the helper is killed.</summary>
    /// <exception cref="LxcException">ConsoleFailed: standard input or output is no terminal; or why the program was not run.</exception>
    public static int Run(HelperProgram helper, AttachRequest request)
    {
        if (!Descriptors.IsTerminal(0) || !Descriptors.IsTerminal(1))
        {
            throw new LxcException(LxcErrorId.ConsoleFailed, $"Container '{request.Name}' cannot be entered: this session has no terminal")
            {
                ContainerName = request.Name,
                Advice = "Use Invoke-LxcCommand where input and output are no terminal.",
            };
        }

        TerminalSettings settings = Terminals.GetSettings(0);
        (int read, int write) = Descriptors.Pipe();
        using ReportReader reader = new(read);
        try
        {
            int pidfd;
            try
            {
                pidfd = helper.Start(request.ToArguments(reportDescriptor: 3), [0, 1, 2, write], newSession: false, request.ToVariables());
            }
            finally
            {
                Descriptors.Close(write);
            }

            ExitStatus exit = Processes.Wait(pidfd);
            Descriptors.Close(pidfd);
            while (!reader.IsClosed)
            {
                reader.Fill();
            }

            while (reader.TryTake() is { } fields)
            {
                if (fields[0] == "error")
                {
                    throw ReportLine.ToException(fields);
                }
            }

            return exit.ExitCode;
        }
        finally
        {
            Terminals.SetSettings(0, settings);
        }
    }
}

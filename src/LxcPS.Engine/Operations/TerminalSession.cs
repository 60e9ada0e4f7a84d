using LxcPS.Engine.Attach;
using LxcPS.Engine.Console;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>Gives the caller's own terminal to a program in a container, or to its console.</summary>
public static class TerminalSession
{
    /// <summary>Runs until the program ends; the result is its exit code. The terminal's settings are restored even if the helper is killed.</summary>
    /// <exception cref="LxcException">ConsoleFailed: standard input or output is no terminal; or why the program was not run.</exception>
    public static int Run(HelperProgram helper, AttachRequest request) =>
        Run(helper, request.Name, request.ToArguments(reportDescriptor: 3), request.ToVariables());

    /// <summary>Runs until the user leaves the console or the container ends; the terminal's settings are restored even if the helper is killed.</summary>
    /// <exception cref="LxcException">ConsoleFailed: standard input or output is no terminal, or the container's is not free; ContainerNotRunning.</exception>
    public static int Run(HelperProgram helper, ConsoleRequest request) =>
        Run(helper, request.Name, request.ToArguments(reportDescriptor: 3), variables: []);

    private static int Run(HelperProgram helper, string name, IReadOnlyList<string> arguments, IReadOnlyList<string> variables)
    {
        if (!Descriptors.IsTerminal(0) || !Descriptors.IsTerminal(1))
        {
            throw new LxcException(LxcErrorId.ConsoleFailed, $"Container '{name}' cannot be entered: this session has no terminal")
            {
                ContainerName = name,
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
                pidfd = helper.Start(arguments, [0, 1, 2, write], newSession: false, variables);
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

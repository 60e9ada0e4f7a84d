namespace LxcPS;

/// <summary>What a program in a container did.</summary>
public sealed class LxcCommandResult
{
    internal LxcCommandResult(string name, string lxcPath, int? exitCode, string[] output, string[] error, TimeSpan duration)
    {
        Name = name;
        LxcPath = lxcPath;
        ExitCode = exitCode;
        Output = output;
        Error = error;
        Duration = duration;
    }

    /// <summary>The container.</summary>
    public string Name { get; }

    /// <summary>The directory of containers that it is in.</summary>
    public string LxcPath { get; }

    /// <summary>The exit code: 128 plus the number for a program that a signal ended, 126 and 127 for one that could not be executed, null when it was not run.</summary>
    public int? ExitCode { get; }

    /// <summary>The lines of its standard output.</summary>
    public string[] Output { get; }

    /// <summary>The lines of its standard error.</summary>
    public string[] Error { get; }

    /// <summary>How long it ran.</summary>
    public TimeSpan Duration { get; }

    /// <inheritdoc/>
    public override string ToString() => string.Join(Environment.NewLine, Output);
}

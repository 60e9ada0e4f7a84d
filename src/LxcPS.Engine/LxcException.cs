using LxcPS.Native;

namespace LxcPS.Engine;

/// <summary>
/// Why the engine did not do what it was asked: what was tried, on which container and object, what the kernel answered, and what the
/// user can do about it. The cmdlets turn each into one ErrorRecord.
/// </summary>
public sealed class LxcException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="errorId">One of <see cref="LxcErrorId"/>.</param>
    /// <param name="message">What was tried and why it failed: a sentence without a full stop.</param>
    /// <param name="inner">The cause.</param>
    public LxcException(string errorId, string message, Exception? inner = null)
        : base(message, inner)
    {
        ErrorId = errorId;
        if (inner is LinuxException linux)
        {
            Errno = linux.Number;
            Call = linux.Call;
            Path = linux.Path;
        }
    }

    /// <summary>The stable identifier that scripts match on, one of <see cref="LxcErrorId"/>.</summary>
    public string ErrorId { get; }

    /// <summary>The container's name, where one is concerned.</summary>
    public string? ContainerName { get; init; }

    /// <summary>The step of the life cycle that failed, e.g. <c>mount</c> or <c>cgroup</c>.</summary>
    public string? Step { get; init; }

    /// <summary>The system call that failed, if one did.</summary>
    public string? Call { get; init; }

    /// <summary>The errno of that call; 0 when no call failed.</summary>
    public int Errno { get; init; }

    /// <summary>The path that the call was made on.</summary>
    public string? Path { get; init; }

    /// <summary>The configuration key that asked for what failed.</summary>
    public string? ConfigKey { get; init; }

    /// <summary>The line of the configuration file, counted from 1; 0 when unknown.</summary>
    public int Line { get; init; }

    /// <summary>What the user can do about it: a sentence.</summary>
    public string? Advice { get; init; }
}

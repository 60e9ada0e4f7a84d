using LxcPS.Engine.Configuration;

namespace LxcPS;

/// <summary>What is wrong with one line of a configuration.</summary>
public sealed class LxcConfigProblem
{
    private readonly ConfigProblem problem;

    internal LxcConfigProblem(ConfigProblem problem, string? name, string? lxcPath)
    {
        this.problem = problem;
        Name = name;
        LxcPath = lxcPath;
    }

    /// <summary>The container; null where a file was tested.</summary>
    public string? Name { get; }

    /// <summary>The directory of containers that it is in.</summary>
    public string? LxcPath { get; }

    /// <summary>The file: the configuration itself or one that it includes.</summary>
    public string File => problem.File;

    /// <summary>The line of that file, counted from 1.</summary>
    public int Line => problem.Line;

    /// <summary>The key; null where the line has none.</summary>
    public string? Key => problem.Key;

    /// <summary>The value, or the whole line where it is no setting.</summary>
    public string Value => problem.Value;

    /// <summary>Error: the configuration is refused. Warning: it is read, but this version does not start a container with it.</summary>
    public ConfigSeverity Severity => problem.Severity;

    /// <summary>What is wrong.</summary>
    public string Reason => problem.Reason;

    /// <summary>The key that was meant, or the name that an old one has now; null where none is near.</summary>
    public string? Suggestion => problem.Suggestion;

    /// <inheritdoc/>
    public override string ToString() => problem.Error.Message;
}

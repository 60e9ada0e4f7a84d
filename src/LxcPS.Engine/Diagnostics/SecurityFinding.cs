namespace LxcPS.Engine.Diagnostics;

/// <summary>One thing that a malicious root inside a running container could reach, or could not.</summary>
public sealed class SecurityFinding
{
    private static readonly int[] Points = [0, 2, 10, 25, 60];

    /// <summary>The container.</summary>
    public required string Container { get; init; }

    /// <summary>The directory of containers that it is in.</summary>
    public required string LxcPath { get; init; }

    /// <summary>What was looked at.</summary>
    public required string Name { get; init; }

    /// <summary>How bad it is.</summary>
    public required SecuritySeverity Severity { get; init; }

    /// <summary>The points of the severity.</summary>
    public int Score => Points[(int)Severity];

    /// <summary>The points of all findings of the container together, at most 100.</summary>
    public int Total { get; internal set; }

    /// <summary>What root inside could do; empty where that is nothing.</summary>
    public required string Reach { get; init; }

    /// <summary>What the kernel says: the file that was read, and what was in it.</summary>
    public required string Evidence { get; init; }

    /// <summary>The cmdlet or key that changes it; empty where nothing has to be changed.</summary>
    public required string Remedy { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Container}/{Name}: {Severity}";
}

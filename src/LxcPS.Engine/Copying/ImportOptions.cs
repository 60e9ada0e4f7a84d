namespace LxcPS.Engine.Copying;

/// <summary>How an archive is imported.</summary>
public sealed class ImportOptions
{
    /// <summary>The name of the container; null for the one that it had.</summary>
    public string? Name { get; init; }

    /// <summary>Whether it keeps host name, hardware addresses and machine id.</summary>
    public bool KeepIdentity { get; init; }

    /// <summary>Whether settings that reach the host, device nodes and a container without a user namespace are taken as they are.</summary>
    public bool Trust { get; init; }

    /// <summary>The seccomp policy that it gets where its own was the module's default one.</summary>
    public required string SeccompPolicyPath { get; init; }

    /// <summary>Told how far it is.</summary>
    public Action<TransferProgress>? Progress { get; init; }

    /// <summary>Told what was decided.</summary>
    public required Action<string> Verbose { get; init; }

    /// <summary>Asked with the name of the container before anything is made: false ends it.</summary>
    public required Func<string, bool> Confirm { get; init; }
}

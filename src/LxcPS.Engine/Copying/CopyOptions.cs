using LxcPS.Engine.Operations;
using LxcPS.Engine.Storage;

namespace LxcPS.Engine.Copying;

/// <summary>How a container is copied.</summary>
public sealed class CopyOptions
{
    /// <summary>Whether the copy is an overlay over the source's root file system, which then must stay.</summary>
    public bool Snapshot { get; init; }

    /// <summary>Whether the copy is removed when it stops.</summary>
    public bool Ephemeral { get; init; }

    /// <summary>Whether what the copy writes is kept in memory.</summary>
    public bool InMemory { get; init; }

    /// <summary>Whether the copy keeps host name, hardware addresses and machine id: it stands for the source as it was.</summary>
    public bool KeepIdentity { get; init; }

    /// <summary>What the copy's root file system is kept on.</summary>
    public StorageOptions Storage { get; init; } = StorageOptions.Default;

    /// <summary>The helper executable: it copies what has to be mounted for that.</summary>
    public required HelperProgram Helper { get; init; }

    /// <summary>Keys that the copy gets, applied last.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>The directory that the copy's files will be moved to; null where they stay.</summary>
    internal string? StandsFor { get; init; }

    /// <summary>Told what is being done.</summary>
    public Action<string>? Progress { get; init; }

    /// <summary>Told how many bytes are copied.</summary>
    public Action<TransferProgress>? Transfer { get; init; }
}

namespace LxcPS.Engine.Storage;

/// <summary>What a new root file system is to be kept on.</summary>
/// <param name="Type">The kind; null for the template's own, or the source's.</param>
/// <param name="Size">The most bytes that it may hold; 0 for the default of a loop file or a volume, and no limit elsewhere.</param>
/// <param name="FileSystem">The file system of a loop file or a volume; null for ext4.</param>
public sealed record StorageOptions(StorageType? Type, long Size = 0, string? FileSystem = null)
{
    /// <summary>As templates and sources have it.</summary>
    public static StorageOptions Default { get; } = new((StorageType?)null);
}

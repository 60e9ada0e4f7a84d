namespace LxcPS.Engine.Copying;

/// <summary>A snapshot of a container.</summary>
/// <param name="Name">Its name: snap0, snap1 ...</param>
/// <param name="Time">When it was taken; null where that is not noted.</param>
/// <param name="Comment">What was noted with it, or an empty text.</param>
/// <param name="Path">Its directory.</param>
public sealed record SnapshotInfo(string Name, DateTime? Time, string Comment, string Path);

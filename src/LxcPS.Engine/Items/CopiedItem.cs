namespace LxcPS.Engine.Items;

/// <summary>A file or directory that has been copied, one of those that were named.</summary>
/// <param name="Path">Its path on the other side.</param>
/// <param name="IsDirectory">Whether it is a directory.</param>
/// <param name="Length">How many bytes of data were copied, holes not counted.</param>
/// <param name="Count">How many names were copied: its own and those below it.</param>
public sealed record CopiedItem(string Path, bool IsDirectory, long Length, long Count);

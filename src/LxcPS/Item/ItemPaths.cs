namespace LxcPS.Commands;

/// <summary>Paths in containers as parameters name them.</summary>
internal static class ItemPaths
{
    /// <summary>The path from the root on: a container has no current directory.</summary>
    internal static string InContainer(string path) => path.StartsWith('/') ? path : "/" + path;
}

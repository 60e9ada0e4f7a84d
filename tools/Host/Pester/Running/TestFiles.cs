using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>Finds test files: those named, and the *.Tests.ps1 under directories and wildcards.</summary>
internal sealed class TestFiles(SessionState session)
{
    public List<FileInfo> Find(IEnumerable<string> paths, string extension = ".Tests.ps1", IEnumerable<string>? exclude = null)
    {
        var patterns = (exclude ?? []).Select(path => new WildcardPattern(path, WildcardOptions.IgnoreCase)).ToList();
        return [.. paths.SelectMany(path => Expand(path, extension)).DistinctBy(file => file.FullName)
            .Where(file => !patterns.Exists(pattern => pattern.IsMatch(file.FullName)))];
    }

    private IEnumerable<FileInfo> Expand(string path, string extension)
    {
        List<string> found = [.. session.Path.GetResolvedProviderPathFromPSPath(path, out var provider)];
        if (provider.Name != "FileSystem")
        {
            return [];
        }

        return found.SelectMany<string, FileInfo>(item => Directory.Exists(item)
            ? new DirectoryInfo(item).EnumerateFiles("*" + extension, SearchOption.AllDirectories)
                .OrderBy(file => file.FullName, StringComparer.Ordinal)
            : found.Count == 1 || item.EndsWith(extension, StringComparison.OrdinalIgnoreCase) ? [Script(item)] : []);
    }

    private static FileInfo Script(string path) => path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase)
        ? new FileInfo(path)
        : throw new ArgumentException($"Test file '{path}' is not a .ps1 file");
}

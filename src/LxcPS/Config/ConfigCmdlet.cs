using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>A cmdlet that works on configurations: those of containers, or files.</summary>
public abstract class ConfigCmdlet : ContainerCmdlet
{
    /// <summary>The parameter set of files.</summary>
    protected const string PathSet = "Path";

    /// <summary>Files in the format of lxc.container.conf(5), instead of containers; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The configurations of the current record; what cannot be found is written as an error each.</summary>
    internal IEnumerable<ConfigTarget> ResolveConfigs()
    {
        if (ParameterSetName != PathSet)
        {
            foreach (ContainerTarget target in ResolveTargets())
            {
                yield return new ConfigTarget(ConfigFile.Of(target.Store, target.Name), target);
            }

            yield break;
        }

        foreach (string path in Path)
        {
            IReadOnlyList<string> files = [];
            Try(path, () => files = FilesOf(path));
            foreach (string file in files)
            {
                yield return new ConfigTarget(ConfigFile.At(file), null);
            }
        }
    }

    // A file may bear a name that looks like a pattern; a pattern that matches nothing is no error.
    private IReadOnlyList<string> FilesOf(string path)
    {
        string plain = FilePathOf(path);
        if (!WildcardPattern.ContainsWildcardCharacters(path) || File.Exists(plain))
        {
            return [plain];
        }

        try
        {
            return [.. GetResolvedProviderPathFromPSPath(path, out _).Where(File.Exists)];
        }
        catch (ItemNotFoundException)
        {
            return [];
        }
    }
}

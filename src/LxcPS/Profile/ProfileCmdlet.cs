using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>A cmdlet on AppArmor profiles of a directory of policy.</summary>
public abstract class ProfileCmdlet : LxcCmdlet
{
    /// <summary>The directory of policy.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string PolicyPath { get; set; } = ProfileFiles.DefaultPolicyPath;

    /// <summary>The directory as the engine takes it; null, with the error written, where that is no path of the file system.</summary>
    internal string? FindPolicy()
    {
        string? path = null;
        Try(PolicyPath, () => path = FilePathOf(PolicyPath));
        return path;
    }

    /// <summary>All profiles: those of the kernel, where it has AppArmor and tells them, and those of files; sorted by name.</summary>
    internal SortedDictionary<string, LxcProfile> ReadProfiles(string policy, bool requireKernel)
    {
        SortedDictionary<string, LxcProfile> profiles = new(StringComparer.Ordinal);
        IReadOnlyDictionary<string, List<string>> users = FindStore() is { } store ? ProfileFiles.UsersIn(store) : new Dictionary<string, List<string>>();
        Dictionary<string, string> files = [];
        foreach (ProfileFile file in ProfileFiles.In(policy))
        {
            files.TryAdd(file.Name, file.Path);
        }

        Dictionary<string, string> modes = [];
        foreach ((string name, string mode) in ReadLoaded(requireKernel))
        {
            modes.TryAdd(name, mode);
        }

        foreach (string name in files.Keys.Concat(modes.Keys.Where(name => ProfileFiles.IsOurs(name) || users.ContainsKey(name))))
        {
            string[] containers = users.TryGetValue(name, out List<string>? found) ? [.. found] : [];
            string? path = files.GetValueOrDefault(name);
            profiles[name] = new LxcProfile(name)
            {
                Mode = modes.GetValueOrDefault(name),
                Path = path,
                IsGenerated = path is null && AppArmorName.IsGeneratedName(name, FindStore()?.LxcPath, containers),
                Containers = containers,
                Source = path is null ? null : ProfileFiles.Read(path),
            };
        }

        return profiles;
    }

    private IReadOnlyList<(string Name, string Mode)> ReadLoaded(bool required)
    {
        if (!AppArmorKernel.IsEnabled)
        {
            return [];
        }

        try
        {
            return AppArmorKernel.LoadedProfiles();
        }
        catch (LxcException e) when (!required)
        {
            WriteWarning($"{e.Message}. Those of files are listed, as if none were loaded.");
            return [];
        }
    }
}

using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace LxcPS.Host.Running;

/// <summary>$PROFILE and the scripts it names: the same as PowerShell's, so that a user has one set.</summary>
internal static class Profiles
{
    private static readonly string[] Folders =
    [
        AppContext.BaseDirectory.TrimEnd('/'),
        Path.Join(Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } config
            ? config
            : Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config"), "powershell"),
    ];

    private static readonly string[] Names = ["profile.ps1", "Microsoft.PowerShell_profile.ps1"];

    private static IEnumerable<string> Paths => Folders.SelectMany(folder => Names.Select(name => Path.Join(folder, name)));

    public static void Define(Runspace runspace)
    {
        string[] paths = [.. Paths];
        var profile = new PSObject(paths[3]);
        profile.Properties.Add(new PSNoteProperty("AllUsersAllHosts", paths[0]));
        profile.Properties.Add(new PSNoteProperty("AllUsersCurrentHost", paths[1]));
        profile.Properties.Add(new PSNoteProperty("CurrentUserAllHosts", paths[2]));
        profile.Properties.Add(new PSNoteProperty("CurrentUserCurrentHost", paths[3]));
        runspace.SessionStateProxy.SetVariable("PROFILE", profile);
    }

    public static void Run(Executor executor)
    {
        foreach (var path in Paths.Where(File.Exists))
        {
            executor.Run($". '{path.Replace("'", "''", StringComparison.Ordinal)}'");
        }
    }
}

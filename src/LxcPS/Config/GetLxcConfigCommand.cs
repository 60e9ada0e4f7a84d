using System.Management.Automation;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Gets the settings of containers, of files, or of LXC itself: what counts of all lines, those of included files in their place.</summary>
[Cmdlet(VerbsCommon.Get, "LxcConfig", DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcConfigEntry), ParameterSetName = [NameSet, InputObjectSet, PathSet])]
[OutputType(typeof(LxcSystemSetting), ParameterSetName = [SystemSet])]
public sealed class GetLxcConfigCommand : ConfigCmdlet
{
    private const string SystemSet = "System";

    /// <summary>The settings of lxc.system.conf(5), of root or of the user: where containers are, and what new ones take from.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SystemSet)]
    public SwitchParameter System { get; set; }

    /// <summary>The keys, as patterns; all without it.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConfigKeyCompleter))]
    public string[] Key { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        WildcardPattern[] patterns = [.. Key.Select(key => new WildcardPattern(key, WildcardOptions.IgnoreCase))];
        if (System)
        {
            WriteObject(SystemSettings.Read().All.Where(setting => patterns.Any(pattern => pattern.IsMatch(setting.Key))).Select(setting => new LxcSystemSetting(setting)),
                enumerateCollection: true);
            return;
        }

        foreach (ConfigTarget target in ResolveConfigs())
        {
            Try(target.Display, () =>
            {
                ContainerConfig config = target.File.Load();
                int problems = config.Check().Count;
                if (problems > 0)
                {
                    WriteWarning($"{target.Display}: the configuration has {(problems == 1 ? "an error, which is" : $"{problems} errors, which are")} passed over. Test-LxcConfig tells more.");
                }

                foreach (ConfigEntry entry in config.EntriesAndIncludes)
                {
                    if (patterns.Any(pattern => pattern.IsMatch(entry.Key)))
                    {
                        WriteObject(new LxcConfigEntry(entry, target.File.Path, target.Container?.Name, target.Container?.LxcPath));
                    }
                }
            });
        }
    }
}

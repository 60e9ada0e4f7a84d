using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Configuration;

namespace LxcPS.Commands;

/// <summary>Gets the keys that a container's configuration can have.</summary>
[Cmdlet(VerbsCommon.Get, "LxcConfigKey")]
[OutputType(typeof(LxcConfigKey))]
public sealed class GetLxcConfigKeyCommand : PSCmdlet
{
    /// <summary>The keys, as a configuration has them or as patterns.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConfigKeyCompleter))]
    public string[] Key { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string pattern in Key)
        {
            // The names of the table have brackets and stars of their own.
            ConfigKey? named = ConfigKeyTable.All.FirstOrDefault(row => row.Name == pattern) ?? ConfigKeyTable.Find(pattern);
            if (named is not null)
            {
                WriteObject(new LxcConfigKey(named));
            }
            else if (WildcardPattern.ContainsWildcardCharacters(pattern))
            {
                WildcardPattern wildcard = new(pattern, WildcardOptions.IgnoreCase);
                WriteObject(ConfigKeyTable.All.Where(row => wildcard.IsMatch(row.Name) || wildcard.IsMatch(row.NameFor(pattern))).Select(row => new LxcConfigKey(row)), enumerateCollection: true);
            }
            else if (ConfigKeyTable.Refuse(pattern) is { } error)
            {
                WriteError(ErrorRecords.Of(error, pattern));
            }
        }
    }
}

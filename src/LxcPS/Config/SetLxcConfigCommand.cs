using System.Collections;
using System.Management.Automation;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Sets keys of configurations, all of a file's or none. What runs keeps its configuration until its next start.</summary>
[Cmdlet(VerbsCommon.Set, "LxcConfig", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer), typeof(FileInfo))]
public sealed class SetLxcConfigCommand : ConfigChangeCmdlet
{
    /// <summary>The key.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConfigKeyCompleter))]
    public string? Key { get; set; }

    /// <summary>The value, instead of those that the key has; several for a list. $true and $false are 1 and 0; '' and $null remove the key.</summary>
    [Parameter(Position = 2)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(ConfigValueCompleter))]
    public object?[]? Value { get; set; }

    /// <summary>Several keys with their values.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ConfigKeyCompleter))]
    public IDictionary Config { get; set; } = new Hashtable();

    private protected override IReadOnlyList<ConfigChange> Changes
    {
        get
        {
            bool hasValue = MyInvocation.BoundParameters.ContainsKey(nameof(Value));
            if (Key is null == hasValue || (Key is null && Config.Count == 0))
            {
                Reject("KeyWithoutValue", "Say what is set: -Key and -Value, or -Config with keys and values.", Key);
            }

            List<KeyValuePair<string, string>> pairs = [.. ConfigTable.Pairs(Config)];
            if (Key is not null)
            {
                pairs.AddRange(ConfigTable.Texts(Value).DefaultIfEmpty(string.Empty).Select(value => new KeyValuePair<string, string>(Key, value)));
            }

            return [.. pairs.GroupBy(pair => pair.Key, pair => pair.Value)
                .Select(key => new ConfigChange(key.Key, [.. key.Where(value => value.Length > 0)]))];
        }
    }
}

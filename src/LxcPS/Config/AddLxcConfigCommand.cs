using System.Management.Automation;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Adds values to lists of configurations, a line each. What runs keeps its configuration until its next start.</summary>
[Cmdlet(VerbsCommon.Add, "LxcConfig", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer), typeof(FileInfo))]
public sealed class AddLxcConfigCommand : ConfigChangeCmdlet
{
    /// <summary>The key: one that is a list.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConfigKeyCompleter))]
    public string Key { get; set; } = string.Empty;

    /// <summary>The values to add, behind those that the key has.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConfigValueCompleter))]
    public object[] Value { get; set; } = [];

    private protected override IReadOnlyList<ConfigChange> Changes => [new ConfigChange(Key, [.. ConfigTable.Texts(Value)], ConfigChangeKind.Add)];
}

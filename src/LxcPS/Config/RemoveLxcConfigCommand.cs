using System.Management.Automation;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Removes keys, or single values of lists, from configurations. What runs keeps its configuration until its next start.</summary>
[Cmdlet(VerbsCommon.Remove, "LxcConfig", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer), typeof(FileInfo))]
public sealed class RemoveLxcConfigCommand : ConfigChangeCmdlet
{
    /// <summary>The keys; lxc.net, lxc.net.0, lxc.hook and the like stand for their families.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConfigKeyCompleter))]
    public string[] Key { get; set; } = [];

    /// <summary>The values to remove; all without it.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConfigValueCompleter))]
    public object[] Value { get; set; } = [];

    private protected override IReadOnlyList<ConfigChange> Changes =>
        [.. Key.Select(key => new ConfigChange(key, [.. ConfigTable.Texts(Value)], ConfigChangeKind.Remove))];
}

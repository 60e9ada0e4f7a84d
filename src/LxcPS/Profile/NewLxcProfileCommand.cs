using System.Management.Automation;
using LxcPS.Engine.Confinement;

namespace LxcPS.Commands;

/// <summary>Composes the text of an AppArmor profile for containers. Nothing is written or loaded.</summary>
[Cmdlet(VerbsCommon.New, "LxcProfile")]
[OutputType(typeof(LxcProfile))]
public sealed class NewLxcProfileCommand : LxcCmdlet
{
    /// <summary>The profile's name; it begins with lxc-.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = string.Empty;

    /// <summary>The rules that it begins with.</summary>
    [Parameter]
    public ProfileBase Base { get; set; }

    /// <summary>Paths, as patterns of apparmor.d(5), that nobody in the container reads, writes or runs.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] DenyPath { get; set; } = [];

    /// <summary>Types of file systems that may be mounted besides: nfs*; or whole conditions of a mount rule.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] AllowMount { get; set; } = [];

    /// <summary>The only capabilities.</summary>
    [Parameter]
    [ValidateNotNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(ProfileWordCompleter))]
    public string[]? Capability { get; set; }

    /// <summary>The only network families: inet, or with a type, 'inet stream'.</summary>
    [Parameter]
    [ValidateNotNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(ProfileWordCompleter))]
    public string[]? Network { get; set; }

    /// <summary>Whether containers may run inside.</summary>
    [Parameter]
    public SwitchParameter Nesting { get; set; }

    /// <summary>Rules of apparmor.d(5) as they are, with their commas.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Rule { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(Name, () =>
    {
        string source = new ProfileOptions
        {
            IsEmpty = Base == ProfileBase.None,
            IsPrivileged = Base == ProfileBase.Privileged,
            Nesting = Nesting,
            DeniedPaths = DenyPath,
            Mounts = AllowMount,
            Capabilities = Capability,
            Networks = Network,
            Rules = Rule,
        }.Compose(Name);
        if (!ProfileRegistrar.TryCompile(source, Name))
        {
            WriteVerbose($"{Name}: not compiled, as apparmor_parser is not installed");
        }

        WriteObject(new LxcProfile(Name) { Source = source });
    });
}

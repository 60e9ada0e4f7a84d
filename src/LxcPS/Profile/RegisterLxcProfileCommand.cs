using System.Management.Automation;
using LxcPS.Engine.Confinement;

namespace LxcPS.Commands;

/// <summary>Writes profiles into the directory of policy and loads them where the kernel has AppArmor: both or neither.</summary>
[Cmdlet(VerbsLifecycle.Register, "LxcProfile", SupportsShouldProcess = true, DefaultParameterSetName = "InputObject")]
[OutputType(typeof(LxcProfile))]
public sealed class RegisterLxcProfileCommand : ProfileCmdlet
{
    /// <summary>Profiles of New-LxcProfile.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "InputObject")]
    [ValidateNotNull]
    public LxcProfile[] InputObject { get; set; } = [];

    /// <summary>Files that hold a profile each.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Whether a file with another content is replaced.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Whether the profiles are emitted as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (FindPolicy() is not { } policy)
        {
            return;
        }

        foreach (LxcProfile profile in InputObject)
        {
            Try(profile.Name, () => Register(profile.Name, profile.Source ?? throw ProfileRegistrar.NotFound(profile.Name, policy), policy));
        }

        foreach (string path in Path)
        {
            Try(path, () =>
            {
                string source = ProfileFiles.Read(FilePathOf(path));
                Register(ProfileRegistrar.NameIn(source, $"'{path}'"), source, policy);
            });
        }
    }

    private void Register(string name, string source, string policy)
    {
        if (ShouldProcess(name, $"Register in {policy}"))
        {
            if (!ProfileRegistrar.Register(name, source, policy, Force))
            {
                WriteWarning($"{name}: written without being checked, as apparmor_parser is not installed");
            }

            if (PassThru)
            {
                WriteObject(ReadProfiles(policy, requireKernel: false)[name]);
            }
        }
    }
}

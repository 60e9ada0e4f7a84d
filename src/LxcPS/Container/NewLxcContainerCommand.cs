using System.Collections;
using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Images;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Storage;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Creates containers.</summary>
[Cmdlet(VerbsCommon.New, "LxcContainer", SupportsShouldProcess = true)]
[OutputType(typeof(LxcContainer))]
public sealed class NewLxcContainerCommand : ImageSourceCmdlet
{
    /// <summary>The names of the new containers.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ContainerName")]
    [AllowEmptyString]
    [ValidateNotNull]
    public string[] Name { get; set; } = [];

    /// <summary>
    /// What the root file system is made of: Host, Busybox, None, Debian, Ubuntu, an Image of the store or of a server, an image of Oci's kind, a template script of
    /// LXC's, or the path of one or of a directory or a tar archive that holds a root file system. See Get-LxcTemplate.
    /// </summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public string Template { get; set; } = "Host";

    /// <summary>More arguments of a template script: '--release', 'bookworm'.</summary>
    [Parameter]
    [ValidateNotNull]
    public string[] TemplateArgument { get; set; } = [];

    /// <summary>
    /// The image that it is laid over. Of the template Image a name of which the end may be left out (debian/bookworm), the beginning of a fingerprint, an LxcImage or
    /// LxcRemoteImage; of Oci a layout, an archive, or docker:// and a name.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string? Image { get; set; }

    /// <summary>The directory of containers. The default is LXC's: /var/lib/lxc for root, ~/.local/share/lxc for others.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("P")]
    [ValidateNotNullOrEmpty]
    public string? LxcPath { get; set; }

    /// <summary>Without a user namespace: root in the container is root on the host, held back by the rest of the confinement alone.</summary>
    [Parameter]
    public SwitchParameter Privileged { get; set; }

    /// <summary>Gives the container ids that are nobody else's: no other container's here, and none that /etc/subuid or /etc/subgid gives to a user.</summary>
    [Parameter]
    public SwitchParameter Isolated { get; set; }

    /// <summary>The most memory that the container may use, in bytes: 512MB.</summary>
    [Parameter]
    [ByteSize]
    public long? Memory { get; set; }

    /// <summary>How many processors' time the container may use: 1.5.</summary>
    [Parameter]
    [Limit]
    public double? Cpu { get; set; }

    /// <summary>How many processes and threads the container may have.</summary>
    [Parameter]
    [Limit]
    public long? Pids { get; set; }

    /// <summary>
    /// What the root file system is kept on: Dir, Overlay (of a directory as template), Btrfs, Zfs, Loop, Lvm, or Best. Without it a directory, or an overlay where a
    /// directory is the template.
    /// </summary>
    [Parameter]
    public StorageType? Storage { get; set; }

    /// <summary>The most bytes that the root file system may hold, for Loop, Lvm, Zfs and Btrfs: 2GB.</summary>
    [Parameter]
    [ByteSize]
    [ValidateRange(1, long.MaxValue)]
    public long? Size { get; set; }

    /// <summary>The file system of a loop file or a volume.</summary>
    [Parameter]
    [ValidateSet("ext4", "xfs", "btrfs")]
    public string? FileSystem { get; set; }

    /// <summary>Gives the container a kernel log of its own: syslog(2) and /dev/kmsg show and take its messages, not the host's.</summary>
    [Parameter]
    public SwitchParameter IsolateKernelLog { get; set; }

    /// <summary>More configuration keys: @{ 'lxc.uts.name' = 'x' }. An array gives a key several lines.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ConfigKeyCompleter))]
    public IDictionary Config { get; set; } = new Hashtable();

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (FindStore(LxcPath) is not { } store || FindImages() is not { } images)
        {
            return;
        }

        string template = Image is not null && !MyInvocation.BoundParameters.ContainsKey(nameof(Template)) ? "Image" : Template;

        foreach (string name in Name)
        {
            if (Try(name, () => ContainerName.Validate(name)) && ShouldProcess(name, $"Create from template {template}"))
            {
                if (TryWithProgress(name, $"Creating container {name}", progress => Create(store, images, template, name, progress)))
                {
                    WriteObject(LxcContainer.Read(store, name));
                }
            }
        }
    }

    private void Create(ContainerStore store, ImageStore images, string template, string name, Action<string, int> progress)
    {
        if (!ImageRequest.IsTemplate(template))
        {
            RefuseImageParameters(template);
        }

        ContainerCreator.Create(store, name, new CreateOptions
        {
            // A path means what it means in this session, whatever the process's own directory is.
            Template = template.Contains('/') || template is "." or ".." ? GetUnresolvedProviderPathFromPSPath(template) : template,
            TemplateArguments = TemplateArgument,
            Image = ImageRequest.IsTemplate(template) ? (images, RequestOf(template, Image)) : null,
            Storage = new StorageOptions(Storage, Size ?? 0, FileSystem),
            Privileged = Privileged,
            Isolated = Isolated,
            Limits = new CgroupLimits { Memory = Memory, Cpu = Cpu, Pids = Pids },
            Settings = [.. IsolateKernelLog ? [new(ConfigKeys.IsolateKernelLog, "1")] : (KeyValuePair<string, string>[])[], .. ConfigTable.Pairs(Config)],
            SeccompPolicyPath = ModuleFiles.SeccompPolicyPath,
            Helper = Helper,
            Progress = progress,
            Verbose = WriteVerbose,
            Warn = WriteWarning,
        }, StopToken);
    }

    private void RefuseImageParameters(string template)
    {
        string[] names = [nameof(Image), nameof(Release), nameof(Architecture), nameof(Variant), nameof(Mirror), nameof(Package), nameof(Server), nameof(Keyring)];
        if (names.FirstOrDefault(MyInvocation.BoundParameters.ContainsKey) is { } name)
        {
            throw new LxcException(LxcErrorId.ConfigInvalidValue, $"The template {template} has no use for -{name}") { Advice = $"Leave -{name} out." };
        }
    }
}

using System.Collections;
using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Copying;
using LxcPS.Engine.Storage;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Copies stopped containers under other names.</summary>
[Cmdlet(VerbsCommon.Copy, "LxcContainer", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer))]
public sealed class CopyLxcContainerCommand : ContainerCmdlet
{
    /// <summary>The names of the copies; a script block computes them of each container: { $_.Name + '-test' }.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ValidateNotNull]
    public string[] NewName { get; set; } = [];

    /// <summary>The directory of containers that the copies are made in; that of the source without it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? NewLxcPath { get; set; }

    /// <summary>Shares the source's root file system instead of copying it: an overlay over it, for which the source must stay, or a snapshot of a subvolume, a dataset or a volume.</summary>
    [Parameter]
    public SwitchParameter Snapshot { get; set; }

    /// <summary>A snapshot that is removed when it stops.</summary>
    [Parameter]
    public SwitchParameter Ephemeral { get; set; }

    /// <summary>Keeps what the copies write in memory; with -Ephemeral.</summary>
    [Parameter]
    public SwitchParameter InMemory { get; set; }

    /// <summary>What the root file systems of the copies are kept on: Dir, Overlay, Btrfs, Zfs, Loop, Lvm or Best. Without it as the source's.</summary>
    [Parameter]
    public StorageType? Storage { get; set; }

    /// <summary>The most bytes that the root file systems may hold, for Loop, Lvm, Zfs and Btrfs: 2GB.</summary>
    [Parameter]
    [ByteSize]
    [ValidateRange(1, long.MaxValue)]
    public long? Size { get; set; }

    /// <summary>The file system of a loop file or a volume.</summary>
    [Parameter]
    [ValidateSet("ext4", "xfs", "btrfs")]
    public string? FileSystem { get; set; }

    /// <summary>Configuration keys of the copies: @{ 'lxc.start.auto' = '0' }. An array gives a key several lines.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ConfigKeyCompleter))]
    public IDictionary Config { get; set; } = new Hashtable();

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ContainerTarget source in ResolveTargets())
        {
            ContainerStore? target = source.Store;
            if (NewLxcPath is not null)
            {
                target = null;
                Try(NewLxcPath, () => target = StoreAt(FilePathOf(NewLxcPath)));
            }

            List<string> names = [.. NewName.Where(name => Try(name, () => ContainerName.Validate(name)) && ShouldProcess(source.Name, $"Copy to {name}"))];
            if (target is not null && names.Count > 0)
            {
                Try(source.Name, () => Copy(source, target, names));
            }
        }
    }

    private void Copy(ContainerTarget source, ContainerStore target, List<string> names)
    {
        TransferBar bar = new(this, $"Copying container {source.Name}");
        CopyOptions options = new()
        {
            Snapshot = Snapshot,
            Ephemeral = Ephemeral,
            InMemory = InMemory,
            Storage = new StorageOptions(Storage, Size ?? 0, FileSystem),
            Helper = Helper,
            Settings = [.. ConfigTable.Pairs(Config)],
            Progress = activity => WriteVerbose($"{source.Name}: {activity}"),
            Transfer = bar.Show,
        };
        if (InMemory && !Ephemeral)
        {
            throw new LxcException(LxcErrorId.ConfigInvalidValue, $"Container '{source.Name}' cannot be copied so: what is kept in memory is gone when it stops, and so must the copy be")
            {
                ContainerName = source.Name,
                Advice = "Give -Ephemeral with -InMemory.",
            };
        }

        using ContainerCopier copier = new(source.Store, source.Name);
        foreach (string name in names)
        {
            if (Try(name, () => copier.CopyTo(target, name, options, StopToken)))
            {
                WriteObject(LxcContainer.Read(target, name));
            }

            bar.Complete();
        }
    }
}

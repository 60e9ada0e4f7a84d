namespace LxcPS.Engine;

/// <summary>
/// Every ErrorId of the module. Scripts match on them, so a name never changes its meaning; the cmdlets map each to an ErrorCategory.
/// </summary>
public static class LxcErrorId
{
    /// <summary>No container of that name is defined below the LxcPath.</summary>
    public const string ContainerNotFound = nameof(ContainerNotFound);

    /// <summary>A container of that name exists.</summary>
    public const string ContainerExists = nameof(ContainerExists);

    /// <summary>The name cannot name a container, as it is no single path component; or it cannot name a profile.</summary>
    public const string InvalidName = nameof(InvalidName);

    /// <summary>The container runs, and what was asked needs it stopped.</summary>
    public const string ContainerRunning = nameof(ContainerRunning);

    /// <summary>The container does not run, and what was asked needs it running.</summary>
    public const string ContainerNotRunning = nameof(ContainerNotRunning);

    /// <summary>The container is frozen, and what was asked needs it thawed.</summary>
    public const string ContainerFrozen = nameof(ContainerFrozen);

    /// <summary>Another session changes this container at this moment.</summary>
    public const string ContainerBusy = nameof(ContainerBusy);

    /// <summary>A configuration file cannot be read as LXC's format.</summary>
    public const string ConfigSyntax = nameof(ConfigSyntax);

    /// <summary>A configuration key is not one that LXC knows.</summary>
    public const string ConfigUnknownKey = nameof(ConfigUnknownKey);

    /// <summary>A configuration key has a value that it cannot have.</summary>
    public const string ConfigInvalidValue = nameof(ConfigInvalidValue);

    /// <summary>A configuration key is known, but this version or this kernel cannot serve it.</summary>
    public const string ConfigUnsupported = nameof(ConfigUnsupported);

    /// <summary>The root file system is missing or cannot be mounted.</summary>
    public const string RootfsFailed = nameof(RootfsFailed);

    /// <summary>A mount of the container failed.</summary>
    public const string MountFailed = nameof(MountFailed);

    /// <summary>The init program is missing or cannot be executed.</summary>
    public const string InitFailed = nameof(InitFailed);

    /// <summary>The id map is not allowed, or its range cannot be had.</summary>
    public const string IdMapFailed = nameof(IdMapFailed);

    /// <summary>A namespace could not be created or joined.</summary>
    public const string NamespaceFailed = nameof(NamespaceFailed);

    /// <summary>A control group could not be made, entered or removed.</summary>
    public const string CgroupFailed = nameof(CgroupFailed);

    /// <summary>The kernel refused a value of a control group file.</summary>
    public const string CgroupRefused = nameof(CgroupRefused);

    /// <summary>This host does not have the control group controller that a limit needs.</summary>
    public const string CgroupControllerMissing = nameof(CgroupControllerMissing);

    /// <summary>A network interface could not be made or configured.</summary>
    public const string NetworkFailed = nameof(NetworkFailed);

    /// <summary>The host or the container does not have the device.</summary>
    public const string DeviceNotFound = nameof(DeviceNotFound);

    /// <summary>The container has a device at that place, or something else is there.</summary>
    public const string DeviceExists = nameof(DeviceExists);

    /// <summary>What was named is no device node: a directory, an ordinary file, or a path that no device can have.</summary>
    public const string DeviceInvalid = nameof(DeviceInvalid);

    /// <summary>A device could not be given to a running container, or taken from it.</summary>
    public const string DeviceFailed = nameof(DeviceFailed);

    /// <summary>A container is needed by others that are laid over it.</summary>
    public const string ContainerNeeded = nameof(ContainerNeeded);

    /// <summary>A container has no snapshot of that name.</summary>
    public const string SnapshotNotFound = nameof(SnapshotNotFound);

    /// <summary>There is no such image.</summary>
    public const string ImageNotFound = nameof(ImageNotFound);

    /// <summary>Containers are laid over the image.</summary>
    public const string ImageInUse = nameof(ImageInUse);

    /// <summary>An archive, its description or its signature is not what it should be.</summary>
    public const string ImageInvalid = nameof(ImageInvalid);

    /// <summary>An image could not be fetched.</summary>
    public const string DownloadFailed = nameof(DownloadFailed);

    /// <summary>The files of a container could not be copied.</summary>
    public const string CopyFailed = nameof(CopyFailed);

    /// <summary>An archive of a container could not be written or read.</summary>
    public const string ArchiveFailed = nameof(ArchiveFailed);

    /// <summary>An archive holds what could reach the host: files, or settings.</summary>
    public const string ArchiveRefused = nameof(ArchiveRefused);

    /// <summary>There is no such file or directory to copy, or to copy into; or nothing is mounted there.</summary>
    public const string ItemNotFound = nameof(ItemNotFound);

    /// <summary>Something of another kind is in the place of a file or directory, or it may not be replaced.</summary>
    public const string ItemExists = nameof(ItemExists);

    /// <summary>What was named cannot be copied or mounted: a device, a FIFO, a socket, or a place that a container needs as it is.</summary>
    public const string ItemInvalid = nameof(ItemInvalid);

    /// <summary>A hook failed.</summary>
    public const string HookFailed = nameof(HookFailed);

    /// <summary>A script cannot be a hook of that event, or under that name.</summary>
    public const string HookInvalid = nameof(HookInvalid);

    /// <summary>There is a hook of that event and name already.</summary>
    public const string HookExists = nameof(HookExists);

    /// <summary>There is no such hook.</summary>
    public const string HookNotFound = nameof(HookNotFound);

    /// <summary>Seccomp, capabilities, AppArmor or another part of the confinement could not be applied.</summary>
    public const string ConfinementFailed = nameof(ConfinementFailed);

    /// <summary>The console or a terminal could not be made or attached.</summary>
    public const string ConsoleFailed = nameof(ConsoleFailed);

    /// <summary>A step of the start that no other id names failed.</summary>
    public const string StartFailed = nameof(StartFailed);

    /// <summary>The container did not stop.</summary>
    public const string StopFailed = nameof(StopFailed);

    /// <summary>The container or command did not reach the state within the time given.</summary>
    public const string Timeout = nameof(Timeout);

    /// <summary>A command could not be run in the container.</summary>
    public const string CommandFailed = nameof(CommandFailed);

    /// <summary>The command was not found in the container or cannot be executed there.</summary>
    public const string CommandNotFound = nameof(CommandNotFound);

    /// <summary>The caller lacks a privilege.</summary>
    public const string PermissionDenied = nameof(PermissionDenied);

    /// <summary>The file system that holds the container is full or its quota is used up.</summary>
    public const string StorageFull = nameof(StorageFull);

    /// <summary>A file of the container could not be read or written.</summary>
    public const string StorageFailed = nameof(StorageFailed);

    /// <summary>The storage asked for cannot be had: not there, not for this container, or not without a program that is missing.</summary>
    public const string StorageUnsupported = nameof(StorageUnsupported);

    /// <summary>The template is not known, or what it needs is missing.</summary>
    public const string TemplateFailed = nameof(TemplateFailed);

    /// <summary>The monitor did not answer, or answered something that its protocol does not know.</summary>
    public const string MonitorFailed = nameof(MonitorFailed);

    /// <summary>The container has no kernel log of its own.</summary>
    public const string KernelLogMissing = nameof(KernelLogMissing);

    /// <summary>The operation was stopped by the user.</summary>
    public const string Canceled = nameof(Canceled);

    /// <summary>No AppArmor profile of that name is loaded or defined by a file.</summary>
    public const string ProfileNotFound = nameof(ProfileNotFound);

    /// <summary>A file of that name holds another policy.</summary>
    public const string ProfileExists = nameof(ProfileExists);

    /// <summary>Processes run under the profile and would be unconfined without it.</summary>
    public const string ProfileInUse = nameof(ProfileInUse);

    /// <summary>This host lacks something that was asked for.</summary>
    public const string HostUnsupported = nameof(HostUnsupported);
}

using System.Management.Automation;
using LxcPS.Engine;

namespace LxcPS.Commands;

/// <summary>Makes one ErrorRecord of each engine error: its ErrorId, a fitting category, the object, and what the user can do.</summary>
internal static class ErrorRecords
{
    /// <summary>The record of an error.</summary>
    internal static ErrorRecord Of(LxcException e, object? target)
    {
        ErrorRecord record = new(e, e.ErrorId, CategoryOf(e), target ?? e.ContainerName)
        {
            ErrorDetails = new ErrorDetails(e.Message) { RecommendedAction = e.Advice ?? string.Empty },
        };
        record.CategoryInfo.Reason = e.Call ?? e.ErrorId;
        return record;
    }

    /// <summary>The category of an error: the meaning of its id decides, or the errno where the id covers many causes.</summary>
    internal static ErrorCategory CategoryOf(LxcException e) => e.ErrorId switch
    {
        LxcErrorId.ContainerNotFound or LxcErrorId.CommandNotFound or LxcErrorId.DeviceNotFound or LxcErrorId.ProfileNotFound or LxcErrorId.HookNotFound or LxcErrorId.SnapshotNotFound
            or LxcErrorId.ItemNotFound or LxcErrorId.ImageNotFound => ErrorCategory.ObjectNotFound,
        LxcErrorId.ContainerExists or LxcErrorId.DeviceExists or LxcErrorId.ProfileExists or LxcErrorId.HookExists or LxcErrorId.ItemExists => ErrorCategory.ResourceExists,
        LxcErrorId.ContainerBusy or LxcErrorId.ProfileInUse or LxcErrorId.ImageInUse => ErrorCategory.ResourceBusy,
        LxcErrorId.ContainerRunning or LxcErrorId.ContainerNotRunning or LxcErrorId.ContainerFrozen or LxcErrorId.KernelLogMissing => ErrorCategory.InvalidOperation,
        LxcErrorId.InvalidName or LxcErrorId.ConfigInvalidValue or LxcErrorId.DeviceInvalid or LxcErrorId.HookInvalid or LxcErrorId.ItemInvalid => ErrorCategory.InvalidArgument,
        LxcErrorId.ConfigSyntax or LxcErrorId.ConfigUnknownKey => ErrorCategory.ParserError,
        LxcErrorId.ConfigUnsupported or LxcErrorId.StorageUnsupported or LxcErrorId.HostUnsupported or LxcErrorId.CgroupControllerMissing => ErrorCategory.NotImplemented,
        LxcErrorId.ImageInvalid => ErrorCategory.InvalidData,
        LxcErrorId.PermissionDenied => ErrorCategory.PermissionDenied,
        LxcErrorId.ArchiveRefused => ErrorCategory.SecurityError,
        LxcErrorId.StorageFull => ErrorCategory.LimitsExceeded,
        LxcErrorId.Timeout => ErrorCategory.OperationTimeout,
        LxcErrorId.Canceled => ErrorCategory.OperationStopped,
        _ => CategoryOf(e.Errno),
    };

    private static ErrorCategory CategoryOf(int errno) => errno switch
    {
        1 or 13 => ErrorCategory.PermissionDenied, // EPERM, EACCES
        2 => ErrorCategory.ObjectNotFound, // ENOENT
        17 => ErrorCategory.ResourceExists, // EEXIST
        16 => ErrorCategory.ResourceBusy, // EBUSY
        22 => ErrorCategory.InvalidArgument, // EINVAL
        38 or 95 => ErrorCategory.NotImplemented, // ENOSYS, EOPNOTSUPP
        28 or 122 or 12 or 11 => ErrorCategory.LimitsExceeded, // ENOSPC, EDQUOT, ENOMEM, EAGAIN
        110 => ErrorCategory.OperationTimeout, // ETIMEDOUT
        0 => ErrorCategory.InvalidOperation,
        _ => ErrorCategory.ResourceUnavailable,
    };
}

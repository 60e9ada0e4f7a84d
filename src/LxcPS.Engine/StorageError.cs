using LxcPS.Native;

namespace LxcPS.Engine;

/// <summary>Turns the kernel's answer about a file into the engine's error.</summary>
internal static class StorageError
{
    /// <summary>StorageFull, PermissionDenied or StorageFailed by the errno.</summary>
    /// <param name="cause">The call that failed.</param>
    /// <param name="what">What was tried: a sentence without its reason.</param>
    /// <param name="name">The container, where one is concerned.</param>
    internal static LxcException Of(LinuxException cause, string what, string? name = null)
    {
        (string id, string advice) = cause.Number switch
        {
            Errno.ENOSPC => (LxcErrorId.StorageFull, "Free space on the file system that holds the containers."),
            Errno.EDQUOT => (LxcErrorId.StorageFull, "The quota is used up: remove files or have it raised."),
            Errno.EACCES or Errno.EPERM => (LxcErrorId.PermissionDenied, "Run as the user that owns the container, or as root."),
            Errno.EROFS => (LxcErrorId.StorageFailed, "The file system is mounted read-only."),
            Errno.EXDEV or Errno.EBUSY => (LxcErrorId.StorageFailed, "Something is mounted there: unmount it."),
            _ => (LxcErrorId.StorageFailed, "See that the path exists and that its file system is sound."),
        };
        return new LxcException(id, $"{what}: {cause.Message}", cause) { ContainerName = name, Advice = advice };
    }
}

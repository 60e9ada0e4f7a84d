using static LxcPS.Native.MountCalls;

namespace LxcPS.Engine.Mounts;

/// <summary>The options of mount(8) that belong to a mount and not to its file system.</summary>
public static class MountAttributes
{
    /// <summary>Translates an option into flags to set and to clear; false when it is none of a mount's.</summary>
    public static bool TryParse(string option, out ulong set, out ulong clear)
    {
        (set, clear) = option switch
        {
            "ro" => (MOUNT_ATTR_RDONLY, 0UL),
            "rw" => (0UL, MOUNT_ATTR_RDONLY),
            "nosuid" => (MOUNT_ATTR_NOSUID, 0UL),
            "suid" => (0UL, MOUNT_ATTR_NOSUID),
            "nodev" => (MOUNT_ATTR_NODEV, 0UL),
            "dev" => (0UL, MOUNT_ATTR_NODEV),
            "noexec" => (MOUNT_ATTR_NOEXEC, 0UL),
            "exec" => (0UL, MOUNT_ATTR_NOEXEC),
            "nodiratime" => (MOUNT_ATTR_NODIRATIME, 0UL),
            "diratime" => (0UL, MOUNT_ATTR_NODIRATIME),
            "nosymfollow" => (MOUNT_ATTR_NOSYMFOLLOW, 0UL),
            "symfollow" => (0UL, MOUNT_ATTR_NOSYMFOLLOW),
            // The access time is a field of several bits: it is cleared whole and then set.
            "noatime" => (MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME),
            "strictatime" => (MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME),
            "relatime" or "atime" => (MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME),
            _ => (ulong.MaxValue, 0UL),
        };

        if (set == ulong.MaxValue)
        {
            set = 0;
            return false;
        }

        return true;
    }
}

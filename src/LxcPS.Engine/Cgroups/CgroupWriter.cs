using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <summary>Writes one value to a file of a cgroup, and says in the user's words what the kernel has against it.</summary>
internal static class CgroupWriter
{
    /// <summary>Writes a setting to a cgroup directory.</summary>
    /// <exception cref="LxcException">CgroupRefused: with file, value and the kernel's answer. ConfigInvalidValue: a rule that names no device.</exception>
    internal static void Write(string directory, CgroupSetting setting)
    {
        (string file, string value) = Adapt(directory, setting);
        string path = $"{directory}/{file}";
        try
        {
            Descriptors.WriteText(path, value);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.CgroupRefused, $"The value '{value}' for the cgroup file '{path}' ({setting.ConfigKey}) was refused: {e.Message}", e)
            {
                Step = "cgroup",
                ConfigKey = setting.ConfigKey,
                Advice = AdviceOn(file, e.Number),
            };
        }
    }

    /// <summary>File and value as this kernel wants them.</summary>
    internal static (string File, string Value) Adapt(string directory, CgroupSetting setting)
    {
        if (setting.File == "blkio.bfq.weight" && !FileTree.Exists(directory + "/blkio.bfq.weight") && FileTree.Exists(directory + "/blkio.weight")
            && CgroupNumber.TryCount(setting.Value, out long bfq) && bfq > 0)
        {
            // Kernels with the CFQ scheduler (before 5.0) have the weight under another name and scale.
            return ("blkio.weight", CgroupWeights.WeightToBlkio(CgroupWeights.BfqToWeight(bfq)).ToString());
        }

        return (setting.File, setting.File is "devices.allow" or "devices.deny" && setting.Value.StartsWith('/') ? RuleOf(setting) : setting.Value);
    }

    // A rule may name a device by its node on the host: LXC's short form of TYPE MAJOR:MINOR ACCESS.
    internal static string RuleOf(CgroupSetting setting)
    {
        string[] words = setting.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 2 || !FileTree.TryStatus(Descriptors.CurrentDirectory, words[0], true, out FileStatus status)
            || !(status.IsBlockDevice || status.IsCharacterDevice))
        {
            throw new LxcException(LxcErrorId.ConfigInvalidValue, $"The device rule '{setting.Value}' of '{setting.ConfigKey}' does not name a device")
            {
                Step = "cgroup",
                ConfigKey = setting.ConfigKey,
                Advice = "Write the path of a device node and the access, e.g. /dev/fuse rwm, or type, numbers and access, e.g. c 10:229 rwm.",
            };
        }

        return $"{(status.IsBlockDevice ? 'b' : 'c')} {status.DeviceMajor}:{status.DeviceMinor} {words[1]}";
    }

    private static string AdviceOn(string file, int errno) => (file, errno) switch
    {
        ("blkio.weight" or "blkio.bfq.weight" or "io.weight" or "io.bfq.weight", Errno.ENOENT or Errno.EACCES) =>
            "Weights of disk access need the BFQ scheduler (CONFIG_BFQ_GROUP_IOSCHED) or io.cost; use bandwidth limits instead.",
        ("memory.memsw.limit_in_bytes" or "memory.swap.max", Errno.ENOENT or Errno.EACCES) => "Swap is not accounted on this kernel: boot with swapaccount=1.",
        (_, Errno.ENOENT) => "This kernel has no such file, or the controller is not enabled in the cgroups above: compare the files of the cgroup.",
        ("memory.memsw.limit_in_bytes" or "memory.limit_in_bytes", Errno.EINVAL) =>
            "The limit of memory and swap together may not be below the limit of memory.",
        ("memory.memsw.limit_in_bytes" or "memory.limit_in_bytes" or "memory.max", Errno.EBUSY) =>
            "More is in use, and the kernel could not reclaim it: choose a higher limit, or end something in the container.",
        ("cpuset.cpus" or "cpuset.mems", _) => "Name CPUs and memory nodes that the cgroup above has, as 0-3,8: see its cpuset.cpus and cpuset.mems.",
        ("cpu.cfs_quota_us" or "cpu.cfs_period_us" or "cpu.max", Errno.EINVAL) =>
            "A quota is 1000 or more, a period 1000 to 1000000, and the share may not be above that of the cgroups above.",
        ("devices.allow" or "devices.deny", Errno.EINVAL) => "Write type, numbers and access, e.g. c 1:3 rwm, or a for all.",
        (_, Errno.ERANGE or Errno.EINVAL) => "The value is out of the range or format of the file: see the kernel's documentation of the controller.",
        (_, Errno.EACCES or Errno.EPERM or Errno.EROFS) => "The file cannot be written; run as root, or have the cgroup delegated with this controller.",
        _ => "See the kernel's documentation of the controller.",
    };
}

using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Rootless;
using LxcPS.Native;

namespace LxcPS.Engine.Copying;

/// <summary>
/// Confines the program that unpacks an archive as root: it can change nothing but one directory, whatever the archive turns out to hold. A step
/// of the helper executable that ends in the program itself, so that who started it sees nothing of it.
/// </summary>
/// <remarks>
/// In a mount namespace of its own all that there is can be read only, and no device opened; the directory is the working directory, by a mount
/// that has no place and in which no link is followed. A hard link does not lead from one mount to another, see link(2). Without CAP_MKNOD there
/// are no device nodes but the whiteouts of overlays.
/// </remarks>
public static class UnpackConfinement
{
    // What is left of root's: to give files away, to write and change those of anybody, set-id bits, trusted.* attributes, device nodes, capabilities.
    private static readonly string[] Kept = ["chown", "dac_override", "fowner", "fsetid", "sys_admin", "mknod", "setfcap"];

    /// <summary>The command line that goes before the program's.</summary>
    /// <param name="helper">The helper executable.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="withDevices">Whether device nodes may be made in it.</param>
    internal static IReadOnlyList<string> CommandLine(HelperProgram helper, string directory, bool withDevices) =>
        [helper.Path, "unpack", withDevices ? "--devices" : "--no-devices", directory];

    /// <summary>Becomes the program; returns only by an exception.</summary>
    /// <param name="arguments">As <see cref="CommandLine"/> has them behind <c>unpack</c>; then the program's path and its arguments with its name first.</param>
    /// <exception cref="LxcException">ArchiveFailed: the kernel refused.</exception>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length < 4 || arguments[0] is not ("--devices" or "--no-devices"))
        {
            throw new LxcException(LxcErrorId.ArchiveFailed, "The helper that unpacks archives needs --devices or --no-devices, a directory, and a program with its arguments");
        }

        bool withDevices = arguments[0] == "--devices";
        string directory = arguments[1];
        try
        {
            // Of the mount that the directory is on outside: the new namespace has others.
            int mount = MountCalls.CloneTree(Descriptors.CurrentDirectory, directory, recursive: false);
            Forbid(mount, directory);
            MappedChild.UnshareMounts();
            MountCalls.SetAttributes(Descriptors.OpenPath("/", directory: true), MountCalls.MOUNT_ATTR_RDONLY | MountCalls.MOUNT_ATTR_NODEV, 0, recursive: true, name: "/");
            FileTree.ChangeDirectory(mount);
            Capabilities.LimitBounding(Kept.Where(name => withDevices || name != "mknod").Aggregate(0UL, (mask, name) => mask | (1UL << Capabilities.Find(name))));
            SignalHandling.ResetAll();
            Processes.Execute(arguments[2], arguments[3..].ToArray(), EnvironmentVariables.Own());
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.ArchiveFailed, $"The program that unpacks an archive cannot be confined to '{directory}': {e.Message}", e) { Step = "archive", Path = directory };
        }

        return 0;
    }

    private static void Forbid(int mount, string directory)
    {
        try
        {
            MountCalls.SetAttributes(mount, MountCalls.MOUNT_ATTR_NODEV | MountCalls.MOUNT_ATTR_NOSYMFOLLOW, 0, name: directory);
        }
        catch (LinuxException e) when (e.Number == Errno.EINVAL)
        {
            // Linux before 5.14 follows links in any mount; but for those of proc(5) they lead to what can be read only.
            MountCalls.SetAttributes(mount, MountCalls.MOUNT_ATTR_NODEV, 0, name: directory);
        }
    }
}

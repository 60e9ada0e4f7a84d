using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Copying;

/// <summary>
/// Copies directory trees with all that a file has: owners, modes, times, hard links, holes, extended attributes, ACLs, capabilities,
/// devices. cp(1) of the GNU coreutils does it, and shares the blocks where the file system can (FICLONE).
/// </summary>
internal static class TreeCopy
{
    /// <summary>Copies files and directories into a new container's directory.</summary>
    /// <param name="target">The new container.</param>
    /// <param name="sources">Their paths.</param>
    /// <param name="container">The container that they are of.</param>
    /// <param name="runner">A program that runs cp, and its arguments that go before cp's path and own; none to run it as it is.</param>
    /// <param name="transfer">Told how much is copied; or null.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LxcException">CopyFailed, StorageFull or Canceled; what has been copied so far stays.</exception>
    internal static void Into(ContainerCreation target, IReadOnlyList<string> sources, string container, IReadOnlyList<string> runner, Action<TransferProgress>? transfer, CancellationToken cancel)
    {
        if (sources.Count > 0)
        {
            Run(["-x", "-t", ".", "--", .. sources], target.Descriptor, -1, target.Directory, container, transfer, cancel, runner);
        }
    }

    /// <summary>Copies a file to a place in a new container's directory.</summary>
    /// <exception cref="LxcException">CopyFailed, StorageFull or Canceled.</exception>
    internal static void OfFile(ContainerCreation target, string place, string source, string container, Action<TransferProgress>? transfer, CancellationToken cancel) =>
        Run(["-T", "--", source, "." + place[target.Directory.Length..]], target.Descriptor, -1, target.Directory, container, transfer, cancel);

    /// <summary>Copies a directory to a place below a new container's directory: subvolumes in it, and nothing that is mounted in it.</summary>
    /// <exception cref="LxcException">CopyFailed, StorageFull or Canceled.</exception>
    /// <exception cref="LinuxException">The directory cannot be opened.</exception>
    internal static void OfDirectory(ContainerCreation target, string place, string source, string container, Action<TransferProgress>? transfer, CancellationToken cancel)
    {
        int root = Descriptors.OpenPath(source, directory: true);
        int mount = -1;
        try
        {
            // To cp a subvolume is a file system of its own, as a mount is, and -x leaves both out. Elsewhere the directory itself is read:
            // from one mount to another no blocks are shared before Linux 5.18.
            mount = Btrfs.IsOn(root) ? MountCalls.CloneTree(root, string.Empty, recursive: false) : -1;
            IReadOnlyList<string> from = mount < 0 ? ["-x", "-T", "--", source] : ["-T", "--", "/proc/self/fd/0/."];
            Run([.. from, "." + place[target.Directory.Length..]], target.Descriptor, mount, target.Directory, container, transfer, cancel);
        }
        finally
        {
            Descriptors.Close(mount);
            Descriptors.Close(root);
        }
    }

    /// <summary>Copies what an open mount holds into a directory, subvolumes included; in a <see cref="Rootless.MappedChild"/>.</summary>
    /// <exception cref="LxcException">CopyFailed or StorageFull.</exception>
    internal static void OfMount(int source, string place, string container, Action<TransferProgress>? transfer) => Run(["-T", "--", ".", place], source, -1, place, container, transfer, CancellationToken.None, isInChild: true);

    // It begins in an open directory, so that none of its steps goes the way there again; of the input it reads nothing.
    private static void Run(IReadOnlyList<string> arguments, int start, int input, string directory, string container, Action<TransferProgress>? transfer, CancellationToken cancel,
        IReadOnlyList<string>? runner = null, bool isInChild = false)
    {
        ProgramResult result;
        using TransferMeter meter = new("Copying files", "wchar", transfer) { IsInChild = isInChild };
        runner = meter.Follow(runner);
        try
        {
            string program = HostPrograms.Find("cp") ?? throw new LxcException(LxcErrorId.CopyFailed, $"Container '{container}' cannot be copied: there is no cp")
            {
                ContainerName = container,
                Advice = "Install the GNU coreutils.",
            };
            string[] command = ["cp", "-a", "--reflink=auto", "--sparse=auto", .. arguments];
            result = ChildProgram.Run(runner is [string first, ..] ? first : program, runner is [_, ..] ? [.. runner, program, .. command] : command, input, int.MaxValue, cancel, meter.Tick,
                started: pid => meter.Process = pid, directory: start);
        }
        catch (OperationCanceledException e)
        {
            throw new LxcException(LxcErrorId.Canceled, $"The copy of container '{container}' was stopped", e) { ContainerName = container };
        }

        if (result.Exit.ExitCode != 0)
        {
            bool isFull = result.FullErrno != 0;
            throw new LxcException(isFull ? LxcErrorId.StorageFull : LxcErrorId.CopyFailed,
                $"The files of container '{container}' cannot be copied to '{DisplayText.Of(directory)}': {DisplayText.Of(result.Error.Trim().Replace('\n', ';'))}")
            {
                ContainerName = container,
                Step = "copy",
                Path = directory,
                Errno = result.FullErrno,
                Advice = isFull ? "Free space, or copy to another -NewLxcPath." : "See what cp(1) says of the file.",
            };
        }
    }
}

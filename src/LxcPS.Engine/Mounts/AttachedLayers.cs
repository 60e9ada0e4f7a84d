using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Mounts;

/// <summary>
/// Mounts over layers that the kernel wants to see attached in the caller's mount namespace. That is done in a child with a namespace of its
/// own, so that neither the host nor the monitor ever has them; the mount that it makes comes back as a descriptor.
/// </summary>
internal static class AttachedLayers
{
    /// <summary>Attaches detached mounts and makes another one over them; only where <see cref="Forking"/> is allowed.</summary>
    /// <param name="layers">The detached mounts. They are attached one upon the other: what uses them does so by their descriptors.</param>
    /// <param name="directory">A directory to attach them on.</param>
    /// <param name="make">Makes the mount and returns it detached.</param>
    /// <exception cref="LinuxException">The kernel refused one of the steps.</exception>
    internal static int Make(IReadOnlyList<int> layers, string directory, Func<int> make)
    {
        (int ours, int theirs) = LocalSockets.Pair();
        using SetupChannel channel = new(ours);
        int pidfd;
        using (SetupChannel childEnd = new(theirs))
        {
            (_, pidfd) = Forking.Start(Processes.CLONE_NEWNS, -1, () => Run(childEnd, layers, directory, make));
        }

        try
        {
            Span<int> mount = stackalloc int[1];
            SetupChannel.Kind kind = channel.Receive(out string text, mount, out int received);
            Processes.Wait(pidfd);
            return kind == SetupChannel.Kind.Mount && received == 1 ? mount[0] : throw ErrorOf(text);
        }
        finally
        {
            Descriptors.Close(pidfd);
        }
    }

    private static int Run(SetupChannel channel, IReadOnlyList<int> layers, string directory, Func<int> make)
    {
        try
        {
            // What is attached here must not spread to the namespace that this one is a copy of.
            MountCalls.SetPropagation("/", MountCalls.PropagationPrivate, recursive: true);
            int target = Descriptors.OpenPath(directory, directory: true);
            foreach (int layer in layers)
            {
                MountCalls.Move(layer, target, directory);
            }

            Span<int> mount = [make()];
            channel.Send(SetupChannel.Kind.Mount, descriptors: mount);
            return 0;
        }
        catch (LinuxException e)
        {
            channel.Send(SetupChannel.Kind.Error, $"{e.Number} {e.Call}\n{e.Path}");
            return 1;
        }
    }

    private static LinuxException ErrorOf(string text)
    {
        string[] lines = text.Split('\n', 2);
        string[] words = lines[0].Split(' ', 2);
        return lines.Length == 2 && words.Length == 2 && int.TryParse(words[0], out int number)
            ? new LinuxException(words[1], number, lines[1].Length > 0 ? lines[1] : null)
            : new LinuxException("overlay", Errno.EPIPE);
    }
}

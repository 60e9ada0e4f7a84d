using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Mounts;

/// <summary>
/// A root file system whose writes go to memory: an overlay that has the layers of another one, the upper among them, as its lower ones, and its own
/// upper layer on a tmpfs that is attached nowhere and goes with the container.
/// </summary>
internal static class InMemoryLayer
{
    /// <summary>The detached mount of the root file system, as <see cref="RootfsSource.Open"/> gives it.</summary>
    /// <exception cref="LxcException">RootfsFailed.</exception>
    internal static int Open(RootfsSource source, int userNamespace, uint rootId, ulong options)
    {
        int memory = -1;
        int mount = -1;
        try
        {
            // What the container makes setuid is nothing that a user of the host could reach.
            memory = MountCalls.Make("tmpfs", "lxcps", ["mode=0700"], 0);
            FileTree.MakeDirectory(memory, "work", 0x1C0);
            FileTree.MakeDirectory(memory, "upper", 0x1C0);
            OverlayLayers.CopyAttributes(source.Directory, $"/proc/self/fd/{memory}/upper");
            mount = RootfsSource.OpenOverlay([.. source.Lower, source.Directory], $"/proc/self/fd/{memory}/upper", $"/proc/self/fd/{memory}/work", userNamespace, rootId);
            if (options != 0)
            {
                MountCalls.SetAttributes(mount, options, 0, name: source.Directory);
            }

            return mount;
        }
        catch (LinuxException e)
        {
            Descriptors.Close(mount);
            throw new LxcException(LxcErrorId.RootfsFailed, $"The root file system '{source.Directory}' cannot be mounted with its writes in memory: {e.Message}", e)
            {
                Step = "rootfs",
                ConfigKey = Configuration.ConfigKeys.InMemory,
                Advice = "Remove the key, and the writes go to the disk; a tmpfs maps ids since Linux 6.3, and can be a layer of it since 6.15.",
            };
        }
        finally
        {
            Descriptors.Close(memory);
        }
    }
}

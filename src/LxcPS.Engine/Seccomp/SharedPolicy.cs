using System.Text;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Seccomp;

/// <summary>
/// The default policy where containers name it: a file of the host's that they share, as LXC's share its common.seccomp. It lies neither with the
/// module, which may be uninstalled, nor with a container, whose other files LXC's tools leave behind when they rename, copy or restore it.
/// </summary>
internal static class SharedPolicy
{
    /// <summary>The directory: root's, or the user's own.</summary>
    internal static string Directory => DataDirectory.Path + "/seccomp";

    /// <summary>The path of the shared file with the content of a policy; it is made where it is missing.</summary>
    /// <exception cref="LxcException">ConfinementFailed: the policy cannot be read; StorageFailed, StorageFull or PermissionDenied: no file can be made.</exception>
    internal static string Of(string policyPath) => Of(policyPath, Directory);

    /// <summary>The same in a directory of the caller's.</summary>
    internal static string Of(string policyPath, string directory)
    {
        // By content: another version of the module does not change what containers have.
        string text = SeccompCache.ReadPolicy(policyPath);
        string path = $"{directory}/default-{ControlSocket.Fnv1a64(text):x16}.seccomp";
        if (!FileTree.Exists(path))
        {
            try
            {
                FileTree.MakeDirectories(directory, 0x1ED /* 0755 */);
            }
            catch (LinuxException e)
            {
                throw StorageError.Of(e, $"The directory '{DisplayText.Of(directory)}' for seccomp policies cannot be made");
            }

            AtomicFile.Write(path, Encoding.UTF8.GetBytes(text), 0x1A4 /* 0644 */);
        }

        return path;
    }
}

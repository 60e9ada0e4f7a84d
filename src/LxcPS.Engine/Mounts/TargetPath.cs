using LxcPS.Native;

namespace LxcPS.Engine.Mounts;

/// <summary>
/// Places inside a root file system that a container may have written: every step is resolved inside the root, links of the container
/// lead nowhere else.
/// </summary>
public static class TargetPath
{
    /// <summary>Opens a place to mount on, or -1 when it does not exist.</summary>
    public static int TryOpen(int root, string path) => Descriptors.TryOpenInRoot(root, path.Length == 0 ? "." : path, OpenFlags.Path);

    /// <summary>Opens a place to mount on and makes it, with the directories above it, when it is missing.</summary>
    /// <param name="root">The root file system.</param>
    /// <param name="path">The place, relative to the root.</param>
    /// <param name="directory">Whether to make a directory or an empty file.</param>
    public static int OpenOrCreate(int root, string path, bool directory)
    {
        int fd = TryOpen(root, path);
        if (fd >= 0)
        {
            return fd;
        }

        int at = Descriptors.OpenInRoot(root, ".", OpenFlags.Path | OpenFlags.Directory);
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string walked = string.Empty;
        for (int i = 0; i < parts.Length; i++)
        {
            string part = parts[i];
            walked = walked.Length == 0 ? part : walked + "/" + part;
            bool last = i == parts.Length - 1;

            // A place of one step has been looked for.
            int next = parts.Length == 1 ? -1 : TryOpen(root, walked);
            if (next < 0)
            {
                if (part is "..")
                {
                    Descriptors.Close(at);
                    throw new LinuxException("mkdir", Errno.EINVAL, path);
                }

                try
                {
                    // A dangling link makes this EEXIST, and the open below ENOENT: the container's link is refused, not followed.
                    if (last && !directory)
                    {
                        FileTree.MakeNode(at, part, 0x8000 | 0x1A4, 0);
                    }
                    else
                    {
                        FileTree.MakeDirectory(at, part, 0x1ED);
                    }

                    next = Descriptors.OpenInRoot(root, walked, OpenFlags.Path);
                }
                catch
                {
                    Descriptors.Close(at);
                    throw;
                }
            }

            Descriptors.Close(at);
            at = next;
        }

        return at;
    }
}

using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>Copies a file of the host.</summary>
internal static class HostFile
{
    /// <summary>Copies a program into a new root file system, as root's.</summary>
    internal static void Copy(string source, RootfsWriter writer, string target, uint mode)
    {
        int from = Descriptors.Open(source, OpenFlags.ReadOnly);
        int to = -1;
        try
        {
            to = Descriptors.OpenResolved(writer.Root, target, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, mode,
                Descriptors.RESOLVE_BENEATH | Descriptors.RESOLVE_NO_SYMLINKS);
            byte[] buffer = new byte[1 << 18];
            int count;
            while ((count = Descriptors.Read(from, buffer, source)) > 0)
            {
                Descriptors.WriteAll(to, buffer.AsSpan(0, count), target);
            }

            FileTree.ChangeOwner(to, string.Empty, 0, 0);
            FileTree.ChangeMode(to, mode, target);
        }
        finally
        {
            Descriptors.Close(from);
            Descriptors.Close(to);
        }
    }
}

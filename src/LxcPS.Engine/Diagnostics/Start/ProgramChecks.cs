using System.Runtime.InteropServices;
using System.Text;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Whether a program of a container could be executed, by the calling process; see execve(2).</summary>
internal static class ProgramChecks
{
    /// <summary>How many scripts the kernel takes as each other's interpreter.</summary>
    private const int MaximumDepth = 4;

    /// <summary>What is in the way, as the end of a sentence, or null.</summary>
    /// <param name="root">The root file system.</param>
    /// <param name="path">The program, in the root.</param>
    internal static string? Objection(int root, string path) => Objection(root, path, 0);

    /// <summary>What is in the way of a program that begins with these bytes, or null; the interpreter is one that has to be there.</summary>
    internal static string? Objection(ReadOnlySpan<byte> head, Architecture host, out string? interpreter)
    {
        interpreter = null;
        if (head.StartsWith("#!"u8))
        {
            int end = head.IndexOf((byte)'\n');
            string line = Encoding.UTF8.GetString(end < 0 ? head[2..] : head[2..end]).Trim(' ', '\t');
            int blank = line.AsSpan().IndexOfAny(' ', '\t');
            interpreter = blank < 0 ? line : line[..blank];
            return interpreter.Length == 0 ? "is a script without an interpreter" : null;
        }

        if (ElfFile.Read(head) is not { } elf)
        {
            return "is no program";
        }

        // An interpreter whose name is further back than was read is not judged.
        interpreter = elf.Interpreter is { Length: > 0 } loader ? loader : null;

        // The 32-bit companions are taken where the kernel is built so, as those of distributions are.
        bool suits = host switch
        {
            Architecture.X64 => elf.Machine is ElfFile.X64 or ElfFile.X86,
            Architecture.Arm64 => elf.Machine is ElfFile.Arm64 or ElfFile.Arm,
            _ => true,
        };
        return suits ? null : $"is a program for another architecture (ELF machine {elf.Machine})";
    }

    private static string? Objection(int root, string path, int depth)
    {
        int fd = -1;
        try
        {
            fd = Descriptors.OpenInRoot(root, path, OpenFlags.Path);
            FileStatus status = FileTree.Status(fd, string.Empty);
            if (!status.IsRegular)
            {
                return status.IsDirectory ? "is a directory" : "is no file";
            }

            string itself = $"/proc/self/fd/{fd}";
            if (!Permissions.CanAccess(itself, Permissions.Execute))
            {
                return $"cannot be executed: its mode is {Convert.ToString(status.Mode & 0xFFF, 8)}, or its file system is mounted noexec";
            }

            // What may be executed need not be readable.
            if (!Permissions.CanAccess(itself, Permissions.Read))
            {
                return null;
            }

            string? objection = Objection(ReadHead(itself), RuntimeInformation.ProcessArchitecture, out string? interpreter);
            if (objection is not null)
            {
                return HasOtherFormats() ? null : objection;
            }

            return interpreter is not null && depth < MaximumDepth && Objection(root, interpreter, depth + 1) is { } inner
                ? $"needs '{DisplayText.Of(interpreter)}', which {inner}" : null;
        }
        catch (LinuxException e)
        {
            return e.Number == Errno.ENOENT ? "is missing" : $"cannot be reached: {e.Message}";
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    private static ReadOnlySpan<byte> ReadHead(string path)
    {
        byte[] head = new byte[4096];
        int fd = Descriptors.Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
        try
        {
            return head.AsSpan(0, Math.Max(0, Descriptors.Read(fd, head, path)));
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    // Formats that the host has registered, emulators mostly, may take what the kernel itself does not; see Documentation/admin-guide/binfmt-misc.rst.
    private static bool HasOtherFormats()
    {
        const string Formats = "/proc/sys/fs/binfmt_misc";
        return FileTree.Exists(Formats + "/register") && Directory.EnumerateFiles(Formats).Any(file => Path.GetFileName(file) is not ("register" or "status"));
    }
}

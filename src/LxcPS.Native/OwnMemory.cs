using System.Runtime.InteropServices;

namespace LxcPS.Native;

/// <summary>The memory of the calling process.</summary>
public static unsafe class OwnMemory
{
    private const int MADV_DONTNEED = 4;
    private const int MADV_POPULATE_READ = 22;
    private const uint PT_LOAD = 1;
    private const uint PF_W = 2;

    /// <summary>
    /// Gives back the pages of code and of constants that have been used, of the program and of its libraries: what is needed again comes from the file
    /// again, see madvise(2). Nothing is allocated. It is advice: where it is not followed nothing is different.
    /// </summary>
    public static void ReleaseCode() => dl_iterate_phdr(&Advise, (void*)MADV_DONTNEED);

    /// <summary>Maps all code and constants of the program and of its libraries now, in one go, and not page by page as they are used; as far as the kernel can (Linux 5.14).</summary>
    public static void MapCode() => dl_iterate_phdr(&Advise, (void*)MADV_POPULATE_READ);

    [UnmanagedCallersOnly]
    private static int Advise(ObjectInfo* info, nuint size, void* advice)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        for (int i = 0; i < info->Count; i++)
        {
            Segment segment = info->Segments[i];
            if (segment.Type == PT_LOAD && (segment.Flags & PF_W) == 0)
            {
                nuint start = (info->Base + (nuint)segment.Address) & ~(page - 1);
                nuint end = info->Base + (nuint)(segment.Address + segment.FileSize);
                _ = madvise(start, end - start, (int)(nint)advice);
            }
        }

        return 0;
    }

    [DllImport("libc.so.6")]
    private static extern int dl_iterate_phdr(delegate* unmanaged<ObjectInfo*, nuint, void*, int> callback, void* data);

    [DllImport("libc.so.6")]
    private static extern int madvise(nuint address, nuint length, int advice);

    // struct dl_phdr_info, see dl_iterate_phdr(3); only its beginning.
    [StructLayout(LayoutKind.Sequential)]
    private struct ObjectInfo
    {
        internal nuint Base;
        internal byte* Name;
        internal Segment* Segments;
        internal ushort Count;
    }

    // Elf64_Phdr, see elf(5).
    [StructLayout(LayoutKind.Sequential)]
    private struct Segment
    {
        internal uint Type;
        internal uint Flags;
        internal ulong Offset;
        internal ulong Address;
        internal ulong PhysicalAddress;
        internal ulong FileSize;
        internal ulong MemorySize;
        internal ulong Alignment;
    }
}

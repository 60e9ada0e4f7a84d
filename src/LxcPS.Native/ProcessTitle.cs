using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace LxcPS.Native;

/// <summary>The command line of the calling process as /proc/PID/cmdline and ps show it; see PR_SET_MM of prctl(2).</summary>
public static unsafe class ProcessTitle
{
    private const int PR_SET_MM = 35;
    private const int PR_SET_MM_MAP = 14;
    private static byte* shown;
    private static byte* before;

    /// <summary>Shows a text in place of the command line; false where the kernel cannot (it lacks checkpoint and restore), and nothing changes.</summary>
    public static bool TrySet(string title)
    {
        // The fields are numbered as in proc_pid_stat(5); the name before them, the second, may hold anything but ends with the last bracket.
        string stat = Descriptors.ReadText("/proc/self/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        ulong Field(int number) => ulong.Parse(fields[number - 3], CultureInfo.InvariantCulture);

        // The kernel reads it from the process's memory as long as that lives, or shows another.
        byte[] text = Encoding.UTF8.GetBytes(title + "\0");
        byte* memory = (byte*)NativeMemory.Alloc((nuint)text.Length);
        text.CopyTo(new Span<byte>(memory, text.Length));

        // All addresses are set at once: the others stay what they are.
        MemoryMap map = new()
        {
            StartCode = Field(26),
            EndCode = Field(27),
            StartStack = Field(28),
            StartData = Field(45),
            EndData = Field(46),
            StartHeap = Field(47),
            Heap = (ulong)(long)Tmds.Linux.LibC.syscall(SystemCall.brk, 0),
            StartArguments = (ulong)memory,
            EndArguments = (ulong)memory + (ulong)text.Length,
            StartEnvironment = Field(50),
            EndEnvironment = Field(51),
            Executable = uint.MaxValue,
        };
        bool set = (long)Tmds.Linux.LibC.syscall(SystemCall.prctl, PR_SET_MM, (void*)PR_SET_MM_MAP, &map, (void*)sizeof(MemoryMap), (void*)0) >= 0;

        // Somebody may be reading the one before: it stays until the next.
        NativeMemory.Free(set ? before : memory);
        if (set)
        {
            before = shown;
            shown = memory;
        }

        return set;
    }

    // struct prctl_mm_map of linux/prctl.h. Without an auxiliary vector the old one stays, and without an executable that.
    [StructLayout(LayoutKind.Sequential)]
    private struct MemoryMap
    {
        internal ulong StartCode;
        internal ulong EndCode;
        internal ulong StartData;
        internal ulong EndData;
        internal ulong StartHeap;
        internal ulong Heap;
        internal ulong StartStack;
        internal ulong StartArguments;
        internal ulong EndArguments;
        internal ulong StartEnvironment;
        internal ulong EndEnvironment;
        internal ulong Auxiliary;
        internal uint AuxiliarySize;
        internal uint Executable;
    }
}

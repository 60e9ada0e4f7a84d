using System.Runtime.InteropServices;
using LxcPS.Native;

namespace LxcPS.StartOrder;

/// <summary>
/// Runs a program and its children instruction by instruction, up to what they execute, and notes where each function is entered first; see
/// ptrace(2). Of x64 only. It is slow: most of a minute for a million instructions.
/// </summary>
internal sealed unsafe partial class Tracer(ulong start, ulong end)
{
    private const int SIGCONT = 18;
    private const int SIGTRAP = 5;
    private const int PTRACE_SINGLESTEP = 9;
    private const int PTRACE_GETREGS = 12;
    private const int PTRACE_DETACH = 17;
    private const int PTRACE_SEIZE = 0x4206;
    private const int EventExec = 4;
    private const long Follow = 0x2 | 0x4 | 0x8 | 0x10; // Forks and execs.
    private const long ExitKill = 0x100000;
    private const int WUNTRACED = 2;
    private const int WALL = 0x40000000;

    // struct user_regs_struct of sys/user.h.
    private const int Registers = 27;
    private const int InstructionPointer = 16;

    private readonly bool[] seen = new bool[end - start];

    /// <summary>The addresses that were executed, in the order in which each was first.</summary>
    internal List<ulong> Executed { get; } = [];

    /// <summary>Runs it to its end.</summary>
    internal void Run(string program, IReadOnlyList<string> arguments)
    {
        // Stopped until it is traced.
        string[] command = ["sh", "-c", "kill -STOP $$; exec \"$0\" \"$@\"", program, .. arguments];
        int pid = Spawning.Start("/bin/sh", command, ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], [-1, 1, 2], newSession: false);
        Check(waitpid(pid, out _, WUNTRACED), "waitpid");
        Check(ptrace(PTRACE_SEIZE, pid, 0, Follow | ExitKill), "ptrace(PTRACE_SEIZE)");
        Processes.SignalProcess(pid, SIGCONT);
        bool started = false;
        ulong* registers = stackalloc ulong[Registers];
        int id;
        while ((id = waitpid(-1, out int status, WALL)) > 0)
        {
            int signal = (status >> 8) & 0xff;
            int what = status >> 16;
            if ((status & 0xff) != 0x7f)
            {
                // It has ended.
                continue;
            }

            if (what == EventExec && started)
            {
                ptrace(PTRACE_DETACH, id, 0, 0);
                continue;
            }

            started |= what == EventExec;
            if (started && ptrace(PTRACE_GETREGS, id, 0, (long)registers) == 0)
            {
                Note(registers[InstructionPointer]);
            }

            ptrace(started ? PTRACE_SINGLESTEP : 7 /* PTRACE_CONT */, id, 0, what == 0 && signal != SIGTRAP ? signal : 0);
        }
    }

    private void Note(ulong address)
    {
        if (address >= start && address < end && !seen[address - start])
        {
            seen[address - start] = true;
            Executed.Add(address);
        }
    }

    private static void Check(long result, string call)
    {
        if (result < 0)
        {
            throw new LinuxException(call, Marshal.GetLastPInvokeError(), string.Empty);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial long ptrace(long request, int pid, long address, long data);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitpid(int pid, out int status, int options);
}

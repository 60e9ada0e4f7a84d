using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>The identity that the kernel uses for file access of the calling thread; see setfsuid(2).</summary>
public static unsafe class FileIdentity
{
    private const int PR_GET_SECUREBITS = 27;
    private const int PR_SET_SECUREBITS = 28;
    private const ulong SECBIT_NO_SETUID_FIXUP = 4;

    /// <summary>
    /// Runs an action as a file user and group, with all capabilities kept: files that the kernel makes during the action belong to that
    /// id. The old identity is back when it returns.
    /// </summary>
    public static T RunAs<T>(uint id, Func<T> action)
    {
        // Without the bit a change of the file user id away from 0 takes the file capabilities with it, see capabilities(7).
        ulong bits = (ulong)Processes.Control(PR_GET_SECUREBITS, name: "prctl(PR_GET_SECUREBITS)");
        Processes.Control(PR_SET_SECUREBITS, bits | SECBIT_NO_SETUID_FIXUP, name: "prctl(PR_SET_SECUREBITS)");
        uint oldUser = Set(SystemCall.setfsuid, id);
        uint oldGroup = Set(SystemCall.setfsgid, id);
        try
        {
            return action();
        }
        finally
        {
            Set(SystemCall.setfsgid, oldGroup);
            Set(SystemCall.setfsuid, oldUser);
            Processes.Control(PR_SET_SECUREBITS, bits, name: "prctl(PR_SET_SECUREBITS)");
        }
    }

    // The calls never fail and answer with the old id; a refused change shows as an unchanged id on the next call, and then files get the old owner.
    private static uint Set(int call, uint id) => (uint)(long)syscall(call, id);
}

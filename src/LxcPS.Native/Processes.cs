using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>How a process ended.</summary>
/// <param name="ProcessId">Which process; 0 when none has ended yet.</param>
/// <param name="Signaled">Whether a signal ended it.</param>
/// <param name="Value">The signal's number, or the exit code.</param>
public readonly record struct ExitStatus(int ProcessId, bool Signaled, int Value)
{
    /// <summary>The exit code as a shell gives it: 128 plus the number for a signal.</summary>
    public int ExitCode => Signaled ? 128 + Value : Value;
}

/// <summary>Processes: clone, exec, wait, signal, namespaces, identities.</summary>
public static unsafe partial class Processes
{
#pragma warning disable CS1591 // Flags have the names and values of linux/sched.h.
    public const ulong CLONE_NEWTIME = 0x80;
    public const ulong CLONE_PIDFD = 0x1000;
    public const ulong CLONE_PARENT = 0x8000;
    public const ulong CLONE_NEWNS = 0x20000;
    public const ulong CLONE_NEWCGROUP = 0x2000000;
    public const ulong CLONE_NEWUTS = 0x4000000;
    public const ulong CLONE_NEWIPC = 0x8000000;
    public const ulong CLONE_NEWUSER = 0x10000000;
    public const ulong CLONE_NEWPID = 0x20000000;
    public const ulong CLONE_NEWNET = 0x40000000;
    public const ulong CLONE_INTO_CGROUP = 0x200000000;
#pragma warning restore CS1591

    private const int PR_SCHED_CORE = 62;

    /// <summary>A descriptor of a process, see pidfd_open(2).</summary>
    public static int OpenPidfd(int pid) =>
        (int)LinuxException.Check(syscall(SystemCall.pidfd_open, pid, 0), "pidfd_open", pid.ToString());

    /// <summary>Sends a signal; false when the process is gone.</summary>
    public static bool Signal(int pidfd, int signal)
    {
        if ((long)syscall(SystemCall.pidfd_send_signal, pidfd, signal, (void*)null, 0) >= 0)
        {
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        return error == Errno.ESRCH ? false : throw new LinuxException("pidfd_send_signal", error, signal.ToString());
    }

    /// <summary>Sends a signal by process id; false when the process is gone.</summary>
    public static bool SignalProcess(int pid, int signal)
    {
        if (kill(pid, signal) >= 0)
        {
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        return error == Errno.ESRCH ? false : throw new LinuxException("kill", error, pid.ToString());
    }

    /// <summary>Waits for a child by its pidfd and reaps it.</summary>
    public static ExitStatus Wait(int pidfd) => WaitId(3 /* P_PIDFD */, pidfd, 0);

    /// <summary>The id of a pidfd's process in this PID namespace; 0 or less when it has ended or is not in it. See proc_pid_fdinfo(5).</summary>
    public static int IdOf(int pidfd) => (int)Descriptors.InfoOf(pidfd, "Pid:");

    /// <summary>Reaps any child that has ended; ProcessId is 0 when none has, -1 when there is no child.</summary>
    public static ExitStatus ReapAny() => WaitId(0 /* P_ALL */, 0, 1 /* WNOHANG */);

    private static ExitStatus WaitId(int idType, int id, int options)
    {
        int* info = stackalloc int[32];
        while (true)
        {
            info[3] = 0;
            if ((long)syscall(SystemCall.waitid, idType, id, info, options | 4 /* WEXITED */, (void*)null) >= 0)
            {
                // siginfo_t of SIGCHLD: signo, errno, code, (padding), pid, uid, status; see sigaction(2).
                return info[4] == 0 && (options & 1) != 0 ? default : new ExitStatus(info[4], info[2] != 1 /* CLD_EXITED */, info[6]);
            }

            int error = Marshal.GetLastPInvokeError();
            if (error == Errno.ECHILD && idType == 0)
            {
                return new ExitStatus(-1, false, 0);
            }

            if (error != Errno.EINTR)
            {
                throw new LinuxException("waitid", error);
            }
        }
    }

    /// <summary>Replaces the program; returns only by an exception.</summary>
    public static void Execute(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        using CStringArray argv = new(arguments, "execve");
        using CStringArray envp = new(environment, "execve");
        fixed (byte* name = CString.Of(path, "execve"))
        {
            _ = execve(name, argv.Pointers, envp.Pointers);
        }

        LinuxException.ThrowLast("execve", path);
    }

    /// <summary>
    /// Asks the kernel for a program without running any of it: the address space is limited to nothing, so that the process is killed when
    /// the new program is in place, before its first instruction. Returns the errno where the kernel refuses the program; else it does not.
    /// </summary>
    public static int ExecuteNothing(string path)
    {
        byte* name = stackalloc byte[System.Text.Encoding.UTF8.GetByteCount(path) + 1];
        int length = System.Text.Encoding.UTF8.GetBytes(path, new Span<byte>(name, System.Text.Encoding.UTF8.GetByteCount(path)));
        name[length] = 0;
        byte** arguments = stackalloc byte*[2] { name, null };

        // A limit of 1 for core files is for "none, also not to a program that takes them"; see core(5).
        SetResourceLimit(4 /* RLIMIT_CORE */, 1, 1, "core");
        SetResourceLimit(9 /* RLIMIT_AS */, 0, 0, "as");
        return execve(name, arguments, arguments + 1) < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>Ends the process at once, without any runtime shut-down: the only way out of a cloned child.</summary>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public static void Exit(int code)
    {
        _exit(code);
        throw new InvalidOperationException("_exit returned");
    }

    /// <summary>Joins the namespaces of a process (a pidfd and CLONE_NEW flags) or one namespace (its descriptor); see setns(2).</summary>
    public static void JoinNamespaces(int fd, ulong flags, string what)
    {
        if (setns(fd, (int)flags) < 0)
        {
            LinuxException.ThrowLast("setns", what);
        }
    }

    /// <summary>Leaves namespaces for new ones; see unshare(2).</summary>
    public static void Unshare(ulong flags)
    {
        if (unshare((int)flags) < 0)
        {
            LinuxException.ThrowLast("unshare");
        }
    }

    /// <summary>Becomes a session leader without a terminal; see setsid(2).</summary>
    public static void NewSession()
    {
        if ((int)setsid() < 0)
        {
            LinuxException.ThrowLast("setsid");
        }
    }

    /// <summary>Sets the real, effective and saved user and group and the supplementary groups of the calling thread.</summary>
    public static void SetIdentity(uint userId, uint groupId, ReadOnlySpan<uint> groups, bool setGroups = true)
    {
        // Raw calls: libc's change all threads of the process, and wait for the finalizer thread that a cloned child does not have.
        fixed (uint* list = groups)
        {
            // In a user namespace whose groups a user mapped himself the list is nobody's to change, so it cannot be emptied either.
            if (setGroups && (long)syscall(SystemCall.setgroups, groups.Length, list) < 0
                && !(groups.Length == 0 && Marshal.GetLastPInvokeError() == Errno.EPERM))
            {
                LinuxException.ThrowLast("setgroups");
            }
        }

        LinuxException.Check(syscall(SystemCall.setresgid, groupId, groupId, groupId), "setresgid", groupId.ToString());
        LinuxException.Check(syscall(SystemCall.setresuid, userId, userId, userId), "setresuid", userId.ToString());
    }

    /// <summary>The process id as the caller's PID namespace numbers it.</summary>
    public static int CurrentId => (int)getpid();

    /// <summary>The process id of the parent; 0 when that is outside the caller's PID namespace.</summary>
    public static int ParentId => (int)getppid();

    /// <summary>The effective user id.</summary>
    public static uint EffectiveUserId => (uint)geteuid();

    /// <summary>The effective group id.</summary>
    public static uint EffectiveGroupId => (uint)getegid();

    /// <summary>Sets the host name of the UTS namespace.</summary>
    public static void SetHostName(string hostName)
    {
        byte[] bytes = CString.Of(hostName, "sethostname");
        fixed (byte* name = bytes)
        {
            if (sethostname(name, bytes.Length - 1) < 0)
            {
                LinuxException.ThrowLast("sethostname", hostName);
            }
        }
    }

    /// <summary>Sets the execution domain; see personality(2).</summary>
    public static void SetPersonality(ulong persona) =>
        LinuxException.Check(syscall(SystemCall.personality, (void*)persona), "personality");

    /// <summary>Sets a resource limit of a process, or with 0 of the calling one; see prlimit(2). ulong.MaxValue is unlimited.</summary>
    public static void SetResourceLimit(int resource, ulong soft, ulong hard, string name, int pid = 0)
    {
        ulong* limits = stackalloc ulong[2] { soft, hard };
        LinuxException.Check(syscall(SystemCall.prlimit64, pid, resource, limits, (void*)null), "prlimit", name);
    }

    /// <summary>Gives the calling process a new anonymous session keyring; see keyctl(2), KEYCTL_JOIN_SESSION_KEYRING.</summary>
    public static void NewSessionKeyring() =>
        LinuxException.Check(syscall(SystemCall.keyctl, 1, (void*)null), "keyctl(KEYCTL_JOIN_SESSION_KEYRING)");

    /// <summary>prctl(2) with number arguments.</summary>
    public static long Control(int option, ulong argument2 = 0, ulong argument3 = 0, ulong argument4 = 0, ulong argument5 = 0, string name = "prctl") =>
        LinuxException.Check(syscall(SystemCall.prctl, option, (void*)argument2, (void*)argument3, (void*)argument4, (void*)argument5), name);

    /// <summary>The signal that the caller gets when its parent dies; see PR_SET_PDEATHSIG. A change of identity clears it.</summary>
    public static void SetParentDeathSignal(int signal) => Control(1, (ulong)signal, name: "prctl(PR_SET_PDEATHSIG)");

    /// <summary>Whether others of the same user may look into the process (/proc/PID/exe, ptrace); see PR_SET_DUMPABLE.</summary>
    public static void SetDumpable(bool dumpable) => Control(4, dumpable ? 1UL : 0, name: "prctl(PR_SET_DUMPABLE)");

    /// <summary>No exec may gain privileges from now on; see PR_SET_NO_NEW_PRIVS.</summary>
    public static void SetNoNewPrivileges() => Control(38, 1, name: "prctl(PR_SET_NO_NEW_PRIVS)");

    /// <summary>Orphans below the caller become its children; see PR_SET_CHILD_SUBREAPER.</summary>
    public static void SetSubreaper() => Control(36, 1, name: "prctl(PR_SET_CHILD_SUBREAPER)");

    /// <summary>
    /// Gives the calling process a core scheduling cookie of its own, which its children inherit: a core runs nothing of another cookie at the
    /// same time. EINVAL from a kernel without core scheduling, ENODEV where no core has two threads; see core-scheduling.rst of the kernel.
    /// </summary>
    public static void NewSchedulingCookie() =>
        Control(PR_SCHED_CORE, 1 /* CREATE */, 0, 1 /* PIDTYPE_TGID */, 0, "prctl(PR_SCHED_CORE_CREATE)");

    /// <summary>Takes over the core scheduling cookie of another process.</summary>
    public static void ShareSchedulingCookie(int pid) =>
        Control(PR_SCHED_CORE, 3 /* SHARE_FROM */, (ulong)pid, 0, 0, "prctl(PR_SCHED_CORE_SHARE_FROM)");

    /// <summary>The core scheduling cookie of a process: a number that says nothing but which are alike. 0 for none, also where the kernel has no such thing.</summary>
    public static ulong SchedulingCookieOf(int pid)
    {
        ulong cookie = 0;
        return (long)syscall(SystemCall.prctl, PR_SCHED_CORE, (void*)0, (void*)pid, (void*)0, &cookie) < 0 ? 0 : cookie;
    }

    /// <summary>The name of the thread as ps shows it, 15 bytes at most; see PR_SET_NAME.</summary>
    public static void SetName(string name)
    {
        fixed (byte* text = CString.Of(name, "prctl(PR_SET_NAME)"))
        {
            Control(15, (ulong)text, name: "prctl(PR_SET_NAME)");
        }
    }
}

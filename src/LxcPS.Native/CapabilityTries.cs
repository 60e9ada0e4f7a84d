using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>
/// For each capability a call that needs it and changes nothing beyond the calling process: with arguments that are refused after the kernel has
/// asked for the capability, or on what the process alone has. For processes that end after it. See capabilities(7).
/// </summary>
public static unsafe class CapabilityTries
{
    private static readonly Dictionary<string, Func<int>> Tries = new()
    {
        ["chown"] = () => OnMemory(fd => fchown(fd, 1, 1)),
        ["dac_read_search"] = OpenByHandle,
        ["fowner"] = () => OnMemory(fd => fchown(fd, 1, 1) < 0 ? -1 : fchmod(fd, 0x180)),
        ["setgid"] = () => Errno((long)syscall(SystemCall.setresgid, -1, 1, -1)),
        ["setuid"] = () => Errno((long)syscall(SystemCall.setresuid, -1, 1, -1)),
        ["setpcap"] = () => Errno((long)syscall(SystemCall.prctl, 24 /* PR_CAPBSET_DROP */, 37, 0, 0, 0)),
        ["net_bind_service"] = BindLow,
        ["net_admin"] = ForceBuffer,
        ["net_raw"] = () => Errno(socket(2 /* AF_INET */, 3 /* SOCK_RAW */ | 0x80000, 1)),
        ["ipc_lock"] = LockPage,
        ["ipc_owner"] = AttachShared,
        ["sys_module"] = () => Named("lxcps_no_such_module", name => (long)syscall(SystemCall.delete_module, name, 0x800)),
        ["sys_chroot"] = () => Named("/", name => chroot(name)),
        ["sys_pacct"] = () => Named(string.Empty, name => acct(name)),
        ["sys_admin"] = () => Errno(unshare(0x4000000 /* CLONE_NEWUTS */)),

        // Without its magic numbers the call does nothing.
        ["sys_boot"] = () => Errno((long)syscall(SystemCall.reboot, 0, 0, 0, 0)),
        ["sys_nice"] = RaisePriority,
        ["sys_resource"] = RaiseLimit,
        ["sys_time"] = AdjustNothing,

        // The process has no terminal.
        ["sys_tty_config"] = () => Errno((long)syscall(SystemCall.vhangup)),
        ["syslog"] = () => Errno((long)syscall(SystemCall.syslog, 8 /* SYSLOG_ACTION_CONSOLE_LEVEL */, (void*)null, 0)),
        ["wake_alarm"] = () => Errno((long)syscall(SystemCall.timerfd_create, 8 /* CLOCK_REALTIME_ALARM */, 0)),
    };

    /// <summary>The names of the capabilities that can be tried.</summary>
    public static IReadOnlyCollection<string> Names => Tries.Keys;

    /// <summary>Makes the call.</summary>
    /// <param name="name">The capability, without <c>cap_</c>.</param>
    /// <returns>0 when the kernel did not miss the capability, the errno by which it told so, or null where this cannot be told.</returns>
    public static int? Try(string name)
    {
        if (!Tries.TryGetValue(name, out Func<int>? attempt))
        {
            return null;
        }

        int error = attempt();
        bool missing = error == Native.Errno.EPERM || (error == Native.Errno.EACCES && name is "ipc_owner" or "sys_nice");
        return missing ? error : error == Native.Errno.EACCES ? null : 0;
    }

    private static int Errno(long result) => result < 0 ? Marshal.GetLastPInvokeError() : 0;

    private delegate long NamedCall(byte* name);

    private static int Named(string text, NamedCall call)
    {
        fixed (byte* name = CString.Of(text, "capability"))
        {
            return Errno(call(name));
        }
    }

    private static int OnMemory(Func<int, int> call)
    {
        int fd = Descriptors.MemoryFile("lxcps");
        return Errno(call(fd));
    }

    private static int OpenByHandle()
    {
        // struct file_handle: bytes, type, then the handle; nothing has this one.
        uint* handle = stackalloc uint[4] { 8, 1, 0, 0 };
        return Errno((long)syscall(SystemCall.open_by_handle_at, AT_FDCWD, handle, O_PATH));
    }

    private static int BindLow()
    {
        // struct sockaddr_in: family, port 1, 127.0.0.1.
        byte* address = stackalloc byte[16] { 2, 0, 0, 1, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 };
        int fd = socket(2 /* AF_INET */, 2 /* SOCK_DGRAM */ | 0x80000, 0);
        return fd < 0 ? Native.Errno.EACCES : Errno(bind(fd, (Tmds.Linux.sockaddr*)address, 16));
    }

    private static int ForceBuffer()
    {
        int size = 65536;
        int fd = socket(1 /* AF_UNIX */, 2 /* SOCK_DGRAM */ | 0x80000, 0);
        return fd < 0 ? Native.Errno.EACCES : Errno(setsockopt(fd, 1 /* SOL_SOCKET */, 33 /* SO_RCVBUFFORCE */, &size, 4));
    }

    private static int LockPage()
    {
        Processes.SetResourceLimit(8 /* RLIMIT_MEMLOCK */, 0, 0, "memlock");
        byte here = 0;
        return Errno(mlock(&here, 1));
    }

    private static int AttachShared()
    {
        long id = (long)syscall(SystemCall.shmget, 0 /* IPC_PRIVATE */, 4096, 0);
        if (id < 0)
        {
            return Native.Errno.EINVAL;
        }

        int error = Errno((long)syscall(SystemCall.shmat, (int)id, (void*)null, 0));
        syscall(SystemCall.shmctl, (int)id, 0 /* IPC_RMID */, (void*)null);
        return error;
    }

    private static int RaisePriority()
    {
        syscall(SystemCall.setpriority, 0, 0, 15);
        return Errno((long)syscall(SystemCall.setpriority, 0, 0, 14));
    }

    private static int RaiseLimit()
    {
        ulong* limit = stackalloc ulong[2] { 64, 64 };
        syscall(SystemCall.prlimit64, 0, 7 /* RLIMIT_NOFILE */, limit, (void*)null);
        limit[1] = 65;
        return Errno((long)syscall(SystemCall.prlimit64, 0, 7, limit, (void*)null));
    }

    private static int AdjustNothing()
    {
        // struct timex of 208 bytes; a tick of 0 is refused.
        byte* timex = stackalloc byte[256];
        new Span<byte>(timex, 256).Clear();
        *(uint*)timex = 0x4000; // ADJ_TICK
        return Errno((long)syscall(SystemCall.adjtimex, timex));
    }
}

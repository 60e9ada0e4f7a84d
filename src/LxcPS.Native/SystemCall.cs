using System.Runtime.InteropServices;

namespace LxcPS.Native;

/// <summary>
/// Numbers of the system calls that libc has no function for, or none that Tmds.LibC binds. Source: the kernel's syscall tables
/// (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h); calls since Linux 5.1 have one number everywhere.
/// </summary>
internal static class SystemCall
{
    internal const int pidfd_send_signal = 424;
    internal const int open_tree = 428;
    internal const int move_mount = 429;
    internal const int fsopen = 430;
    internal const int fsconfig = 431;
    internal const int fsmount = 432;
    internal const int pidfd_open = 434;
    internal const int clone3 = 435;
    internal const int close_range = 436;
    internal const int openat2 = 437;
    internal const int mount_setattr = 442;
    internal const int landlock_create_ruleset = 444;
    internal const int landlock_add_rule = 445;
    internal const int landlock_restrict_self = 446;

    internal static readonly int brk = Number(12, 214);
    internal static readonly int set_tid_address = Number(218, 96);
    internal static readonly int signalfd4 = Number(289, 74);
    internal static readonly int eventfd2 = Number(290, 19);
    internal static readonly int inotify_init1 = Number(294, 26);
    internal static readonly int inotify_add_watch = Number(254, 27);
    internal static readonly int pivot_root = Number(155, 41);
    internal static readonly int prctl = Number(157, 167);
    internal static readonly int capget = Number(125, 90);
    internal static readonly int capset = Number(126, 91);
    internal static readonly int waitid = Number(247, 95);
    internal static readonly int personality = Number(135, 92);
    internal static readonly int keyctl = Number(250, 219);
    internal static readonly int prlimit64 = Number(302, 261);
    internal static readonly int seccomp = Number(317, 277);
    internal static readonly int setresuid = Number(117, 147);
    internal static readonly int setresgid = Number(119, 149);
    internal static readonly int setgroups = Number(116, 159);
    internal static readonly int execveat = Number(322, 281);
    internal static readonly int setfsuid = Number(122, 151);
    internal static readonly int setfsgid = Number(123, 152);
    internal static readonly int ioctl = Number(16, 29);
    internal static readonly int mknodat = Number(259, 33);
    internal static readonly int fcntl = Number(72, 25);
    internal static readonly int flock = Number(73, 32);
    internal static readonly int syncfs = Number(306, 267);
    internal static readonly int getdents64 = Number(217, 61);
    internal static readonly int renameat2 = Number(316, 276);
    internal static readonly int rt_sigaction = Number(13, 134);
    internal static readonly int rt_sigprocmask = Number(14, 135);
    internal static readonly int fstatfs = Number(138, 44);
    internal static readonly int bpf = Number(321, 280);

    internal static readonly int mount = Number(165, 40);
    internal static readonly int delete_module = Number(176, 106);
    internal static readonly int open_by_handle_at = Number(304, 265);
    internal static readonly int reboot = Number(169, 142);
    internal static readonly int adjtimex = Number(159, 171);
    internal static readonly int vhangup = Number(153, 58);
    internal static readonly int syslog = Number(103, 116);
    internal static readonly int timerfd_create = Number(283, 85);
    internal static readonly int setpriority = Number(141, 140);
    internal static readonly int shmget = Number(29, 194);
    internal static readonly int shmat = Number(30, 196);
    internal static readonly int shmctl = Number(31, 195);

    private static int Number(int x64, int arm64) => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => x64,
        Architecture.Arm64 => arm64,
        _ => throw new PlatformNotSupportedException("LxcPS knows the system call numbers of x86-64 and arm64 only"),
    };
}

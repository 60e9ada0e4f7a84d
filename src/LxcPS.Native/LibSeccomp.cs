using System.Runtime.InteropServices;

namespace LxcPS.Native;

/// <summary>
/// libseccomp, which compiles rules into a filter; see seccomp_init(3) and its neighbours. It is loaded at the first use: a machine without
/// it gets a DllNotFoundException there. Numbers: seccomp.h.
/// </summary>
public sealed unsafe class LibSeccomp : IDisposable
{
#pragma warning disable CS1591 // The names are the manual's.
    public const uint SCMP_ACT_KILL_PROCESS = 0x80000000;
    public const uint SCMP_ACT_KILL_THREAD = 0;
    public const uint SCMP_ACT_TRAP = 0x00030000;
    public const uint SCMP_ACT_ERRNO = 0x00050000;
    public const uint SCMP_ACT_NOTIFY = 0x7FC00000;
    public const uint SCMP_ACT_LOG = 0x7FFC0000;
    public const uint SCMP_ACT_ALLOW = 0x7FFF0000;
    public const uint SCMP_ARCH_X86 = 0x40000003;
    public const uint SCMP_ARCH_X86_64 = 0xC000003E;
    public const uint SCMP_ARCH_X32 = 0x4000003E;
    public const uint SCMP_ARCH_ARM = 0x40000028;
    public const uint SCMP_ARCH_AARCH64 = 0xC00000B7;
#pragma warning restore CS1591

    /// <summary>What a name resolves to that libseccomp does not know at all.</summary>
    public const int UnknownCall = -1;

    private const string Library = "libseccomp.so.2";

    // Numbers below -10000 stand for calls that this architecture does not have; those from -100 on are parts of socketcall and ipc.
    private const int FirstAbsentCall = -10000;
    private readonly uint architecture;
    private void* context;

    /// <summary>Begins a filter for one architecture.</summary>
    /// <param name="architecture">SCMP_ARCH_ number.</param>
    /// <param name="defaultAction">SCMP_ACT_ for calls without a rule.</param>
    public LibSeccomp(uint architecture, uint defaultAction)
    {
        this.architecture = architecture;
        context = seccomp_init(defaultAction);
        if (context is null)
        {
            throw new LinuxException("seccomp_init", Errno.EINVAL);
        }

        try
        {
            uint native = seccomp_arch_native();
            if (architecture != native)
            {
                Check(seccomp_arch_add(context, architecture), "seccomp_arch_add");
                Check(seccomp_arch_remove(context, native), "seccomp_arch_remove");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The architecture that the process runs as.</summary>
    public static uint NativeArchitecture => seccomp_arch_native();

    /// <summary>The library's version, e.g. <c>2.5.4</c>.</summary>
    public static string Version
    {
        get
        {
            uint* version = seccomp_version();
            return $"{version[0]}.{version[1]}.{version[2]}";
        }
    }

    /// <summary>The same, or null where the library is not installed.</summary>
    public static string? InstalledVersion
    {
        get
        {
            try
            {
                return Version;
            }
            catch (DllNotFoundException)
            {
                return null;
            }
        }
    }

    /// <summary>
    /// The number of a call on the process's own architecture, by which rules for any architecture are made; <see cref="UnknownCall"/> when
    /// no architecture has it.
    /// </summary>
    public static int Resolve(string name)
    {
        fixed (byte* text = CString.Of(name, "seccomp_syscall_resolve_name"))
        {
            return seccomp_syscall_resolve_name(text);
        }
    }

    /// <summary>The name of a call by its number on an architecture, or null.</summary>
    public static string? NameOf(uint architecture, int number)
    {
        byte* name = seccomp_syscall_resolve_num_arch(architecture, number);
        if (name is null)
        {
            return null;
        }

        string text = Marshal.PtrToStringUTF8((nint)name)!;
        NativeMemory.Free(name);
        return text;
    }

    /// <summary>Whether the filter's architecture has a call.</summary>
    public bool Has(string name)
    {
        fixed (byte* text = CString.Of(name, "seccomp_syscall_resolve_name_arch"))
        {
            int number = seccomp_syscall_resolve_name_arch(architecture, text);
            return number != UnknownCall && number > FirstAbsentCall;
        }
    }

    /// <summary>Adds a rule.</summary>
    /// <param name="call">The call as <see cref="Resolve"/> numbers it.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="action">SCMP_ACT_, other than the filter's default.</param>
    /// <param name="conditions">All must hold.</param>
    public void Add(int call, string name, uint action, ReadOnlySpan<ArgumentComparison> conditions)
    {
        fixed (ArgumentComparison* first = conditions)
        {
            Check(seccomp_rule_add_array(context, action, call, (uint)conditions.Length, first), "seccomp_rule_add", name);
        }
    }

    /// <summary>Takes over the rules of a filter for another architecture, which is used up.</summary>
    public void Merge(LibSeccomp other)
    {
        Check(seccomp_merge(context, other.context), "seccomp_merge");
        other.context = null;
    }

    /// <summary>The filter as a classic BPF program for <see cref="SystemCallFilter.Install"/>.</summary>
    public byte[] Export()
    {
        int fd = Descriptors.MemoryFile("seccomp");
        try
        {
            Check(seccomp_export_bpf(context, fd), "seccomp_export_bpf");
            byte[] program = new byte[FileTree.Status(fd, string.Empty).Size];
            Descriptors.Seek(fd, 0);
            int length = 0;
            while (length < program.Length)
            {
                int count = Descriptors.Read(fd, program.AsSpan(length));
                if (count <= 0)
                {
                    throw new LinuxException("read", Errno.EIO, "memfd:seccomp");
                }

                length += count;
            }

            return program;
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (context is not null)
        {
            seccomp_release(context);
            context = null;
        }
    }

    // The functions answer with a negative errno instead of setting it.
    private static void Check(int result, string call, string? what = null)
    {
        if (result < 0)
        {
            throw new LinuxException(call, -result, what);
        }
    }

    [DllImport(Library)]
    private static extern void* seccomp_init(uint action);

    [DllImport(Library)]
    private static extern void seccomp_release(void* context);

    [DllImport(Library)]
    private static extern int seccomp_merge(void* destination, void* source);

    [DllImport(Library)]
    private static extern uint seccomp_arch_native();

    [DllImport(Library)]
    private static extern int seccomp_arch_add(void* context, uint architecture);

    [DllImport(Library)]
    private static extern int seccomp_arch_remove(void* context, uint architecture);

    [DllImport(Library)]
    private static extern int seccomp_syscall_resolve_name(byte* name);

    [DllImport(Library)]
    private static extern int seccomp_syscall_resolve_name_arch(uint architecture, byte* name);

    [DllImport(Library)]
    private static extern byte* seccomp_syscall_resolve_num_arch(uint architecture, int number);

    [DllImport(Library)]
    private static extern int seccomp_rule_add_array(void* context, uint action, int call, uint count, ArgumentComparison* conditions);

    [DllImport(Library)]
    private static extern int seccomp_export_bpf(void* context, int fd);

    [DllImport(Library)]
    private static extern uint* seccomp_version();
}

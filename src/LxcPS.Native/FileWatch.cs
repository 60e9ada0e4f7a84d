using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>Watches single files and directories; see inotify(7).</summary>
public sealed unsafe class FileWatch : IDisposable
{
#pragma warning disable CS1591 // The names are the man page's.
    public const uint IN_OPEN = 0x20;
    public const uint IN_CREATE = 0x100;
    public const uint IN_MOVED_TO = 0x80;
    public const uint IN_DELETE_SELF = 0x400;
#pragma warning restore CS1591

    private const int IN_CLOEXEC = 0x80000;
    private const int IN_NONBLOCK = 0x800;
    private readonly byte[] buffer = new byte[4096];
    private int descriptor;

    /// <summary>Creates a watch of nothing.</summary>
    public FileWatch() =>
        descriptor = (int)LinuxException.Check(syscall(SystemCall.inotify_init1, IN_CLOEXEC | IN_NONBLOCK), "inotify_init1");

    /// <summary>Readable when something has happened.</summary>
    public int Descriptor => descriptor;

    /// <summary>Watches a path for events: IN_ flags.</summary>
    public void Add(string path, uint events)
    {
        fixed (byte* name = CString.Of(path, "inotify_add_watch"))
        {
            LinuxException.Check(syscall(SystemCall.inotify_add_watch, Descriptor, name, events), "inotify_add_watch", path);
        }
    }

    /// <summary>Forgets what has happened so far.</summary>
    public void Drain()
    {
        while (Descriptors.Read(Descriptor, buffer) > 0)
        {
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptors.CloseOnce(ref descriptor);
}

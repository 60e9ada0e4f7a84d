using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>What the caller may do with a path; see access(2).</summary>
public static unsafe class Permissions
{
    /// <summary>X_OK: execute a file, look up names in a directory.</summary>
    public const int Execute = 1;

    /// <summary>W_OK: write.</summary>
    public const int Write = 2;

    /// <summary>R_OK: read.</summary>
    public const int Read = 4;

    /// <summary>Whether the effective user may, and the file system is mounted so that it can be done.</summary>
    public static bool CanAccess(string path, int mode)
    {
        fixed (byte* name = CString.Of(path, "faccessat"))
        {
            return faccessat(AT_FDCWD, name, mode, 0x200 /* AT_EACCESS */) == 0;
        }
    }
}

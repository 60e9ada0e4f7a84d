namespace LxcPS.Native;

/// <summary>The errno numbers that the engine tells apart, and their names for messages. Source: errno(3), asm-generic/errno.h.</summary>
public static class Errno
{
#pragma warning disable CS1591 // The names are the man page's.
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int ENXIO = 6;
    public const int E2BIG = 7;
    public const int ENOEXEC = 8;
    public const int EBADF = 9;
    public const int ECHILD = 10;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EFAULT = 14;
    public const int EBUSY = 16;
    public const int EEXIST = 17;
    public const int EXDEV = 18;
    public const int ENODEV = 19;
    public const int ENOTDIR = 20;
    public const int EISDIR = 21;
    public const int EINVAL = 22;
    public const int ENFILE = 23;
    public const int EMFILE = 24;
    public const int ENOTTY = 25;
    public const int ETXTBSY = 26;
    public const int EFBIG = 27;
    public const int ENOSPC = 28;
    public const int EROFS = 30;
    public const int EMLINK = 31;
    public const int EPIPE = 32;
    public const int ERANGE = 34;
    public const int ENAMETOOLONG = 36;
    public const int ENOSYS = 38;
    public const int ENOTEMPTY = 39;
    public const int ELOOP = 40;
    public const int ENODATA = 61;
    public const int EOVERFLOW = 75;
    public const int EUSERS = 87;
    public const int EOPNOTSUPP = 95;
    public const int EADDRINUSE = 98;
    public const int EADDRNOTAVAIL = 99;
    public const int ENETDOWN = 100;
    public const int ENETUNREACH = 101;
    public const int ECONNRESET = 104;
    public const int ENOTCONN = 107;
    public const int ETIMEDOUT = 110;
    public const int ECONNREFUSED = 111;
    public const int EHOSTUNREACH = 113;
    public const int EALREADY = 114;
    public const int EDQUOT = 122;
    public const int EINPROGRESS = 115;
    public const int ECANCELED = 125;
#pragma warning restore CS1591

    /// <summary>The symbolic name of an errno, e.g. <c>ENOENT</c>; the number as text where it has none here.</summary>
    public static string Name(int errno) => Table.TryGetValue(errno, out (string Name, string Text) row) ? row.Name : $"errno {errno}";

    /// <summary>The text and the symbolic name of an errno, e.g. <c>No such file or directory (ENOENT)</c>.</summary>
    public static string Describe(int errno) =>
        Table.TryGetValue(errno, out (string Name, string Text) row) ? $"{row.Text} ({row.Name})" : $"errno {errno}";

    // Own texts: strerror(3) follows the locale of the process, and a message must not.
    private static readonly Dictionary<int, (string Name, string Text)> Table = new()
    {
        [EPERM] = ("EPERM", "Operation not permitted"),
        [ENOENT] = ("ENOENT", "No such file or directory"),
        [ESRCH] = ("ESRCH", "No such process"),
        [EINTR] = ("EINTR", "Interrupted system call"),
        [EIO] = ("EIO", "Input/output error"),
        [ENXIO] = ("ENXIO", "No such device or address"),
        [E2BIG] = ("E2BIG", "Argument list too long"),
        [ENOEXEC] = ("ENOEXEC", "Exec format error"),
        [EBADF] = ("EBADF", "Bad file descriptor"),
        [ECHILD] = ("ECHILD", "No child processes"),
        [EAGAIN] = ("EAGAIN", "Resource temporarily unavailable"),
        [ENOMEM] = ("ENOMEM", "Cannot allocate memory"),
        [EACCES] = ("EACCES", "Permission denied"),
        [EFAULT] = ("EFAULT", "Bad address"),
        [EBUSY] = ("EBUSY", "Device or resource busy"),
        [EEXIST] = ("EEXIST", "File exists"),
        [EXDEV] = ("EXDEV", "Invalid cross-device link"),
        [ENODEV] = ("ENODEV", "No such device"),
        [ENOTDIR] = ("ENOTDIR", "Not a directory"),
        [EISDIR] = ("EISDIR", "Is a directory"),
        [EINVAL] = ("EINVAL", "Invalid argument"),
        [ENFILE] = ("ENFILE", "Too many open files in system"),
        [EMFILE] = ("EMFILE", "Too many open files"),
        [ENOTTY] = ("ENOTTY", "Inappropriate ioctl for device"),
        [ETXTBSY] = ("ETXTBSY", "Text file busy"),
        [EFBIG] = ("EFBIG", "File too large"),
        [ENOSPC] = ("ENOSPC", "No space left on device"),
        [EROFS] = ("EROFS", "Read-only file system"),
        [EMLINK] = ("EMLINK", "Too many links"),
        [EPIPE] = ("EPIPE", "Broken pipe"),
        [ERANGE] = ("ERANGE", "Numerical result out of range"),
        [ENAMETOOLONG] = ("ENAMETOOLONG", "File name too long"),
        [ENOSYS] = ("ENOSYS", "Function not implemented"),
        [ENOTEMPTY] = ("ENOTEMPTY", "Directory not empty"),
        [ELOOP] = ("ELOOP", "Too many levels of symbolic links"),
        [ENODATA] = ("ENODATA", "No data available"),
        [EOVERFLOW] = ("EOVERFLOW", "Value too large for defined data type"),
        [EUSERS] = ("EUSERS", "Too many users"),
        [EOPNOTSUPP] = ("EOPNOTSUPP", "Operation not supported"),
        [EADDRINUSE] = ("EADDRINUSE", "Address already in use"),
        [EADDRNOTAVAIL] = ("EADDRNOTAVAIL", "Cannot assign requested address"),
        [ENETDOWN] = ("ENETDOWN", "Network is down"),
        [ENETUNREACH] = ("ENETUNREACH", "Network is unreachable"),
        [ECONNRESET] = ("ECONNRESET", "Connection reset by peer"),
        [ENOTCONN] = ("ENOTCONN", "Transport endpoint is not connected"),
        [ETIMEDOUT] = ("ETIMEDOUT", "Connection timed out"),
        [ECONNREFUSED] = ("ECONNREFUSED", "Connection refused"),
        [EHOSTUNREACH] = ("EHOSTUNREACH", "No route to host"),
        [EALREADY] = ("EALREADY", "Operation already in progress"),
        [EDQUOT] = ("EDQUOT", "Disk quota exceeded"),
        [EINPROGRESS] = ("EINPROGRESS", "Operation now in progress"),
        [ECANCELED] = ("ECANCELED", "Operation canceled"),
    };
}

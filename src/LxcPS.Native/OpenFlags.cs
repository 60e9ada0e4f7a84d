using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>Flags of open(2); several have another value on another architecture, so they are no constants.</summary>
public static class OpenFlags
{
#pragma warning disable CS1591 // The names are the man page's.
    public static int ReadOnly => O_RDONLY;
    public static int WriteOnly => O_WRONLY;
    public static int ReadWrite => O_RDWR;
    public static int Create => O_CREAT;
    public static int Exclusive => O_EXCL;
    public static int Truncate => O_TRUNC;
    public static int Append => O_APPEND;
    public static int NonBlocking => O_NONBLOCK;
    public static int NoFollow => O_NOFOLLOW;
    public static int NoControllingTerminal => O_NOCTTY;
    public static int Directory => O_DIRECTORY;
    public static int Path => O_PATH;
#pragma warning restore CS1591
}

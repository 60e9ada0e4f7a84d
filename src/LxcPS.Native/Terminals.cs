using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>The settings of a terminal, kept to be restored.</summary>
public sealed class TerminalSettings
{
    internal termios Value;
}

/// <summary>Terminals and pseudoterminals; see pty(7), ioctl_tty(2).</summary>
public static unsafe class Terminals
{
    /// <summary>
    /// A new pseudoterminal of the devpts instance whose ptmx is given: the master and, opened through the kernel and not by a path that a
    /// container could have laid, the slave (TIOCGPTPEER).
    /// </summary>
    public static (int Master, int Slave, int Number) Open(int devptsDirectory)
    {
        int master = Descriptors.OpenResolved(devptsDirectory, "ptmx", O_RDWR | O_NOCTTY, 0,
            Descriptors.RESOLVE_BENEATH | Descriptors.RESOLVE_NO_SYMLINKS | Descriptors.RESOLVE_NO_XDEV);
        try
        {
            int unlock = 0;
            int number = 0;
            if (ioctl(master, TIOCSPTLCK, &unlock) < 0 || ioctl(master, unchecked((int)0x80045430) /* TIOCGPTN */, &number) < 0)
            {
                LinuxException.ThrowLast("ioctl(TIOCSPTLCK)", "ptmx");
            }

            return (master, OpenSlave(master), number);
        }
        catch
        {
            Descriptors.Close(master);
            throw;
        }
    }

    /// <summary>Opens the slave of a master, wherever its devpts instance is mounted.</summary>
    public static int OpenSlave(int master)
    {
        int slave = ioctl(master, 0x5441 /* TIOCGPTPEER */, O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (slave < 0)
        {
            LinuxException.ThrowLast("ioctl(TIOCGPTPEER)", "ptmx");
        }

        return slave;
    }

    /// <summary>Makes the terminal the controlling one of the caller's session; see TIOCSCTTY.</summary>
    public static void SetControlling(int fd)
    {
        if (ioctl(fd, 0x540E /* TIOCSCTTY */, 0) < 0)
        {
            LinuxException.ThrowLast("ioctl(TIOCSCTTY)");
        }
    }

    /// <summary>Columns and rows of a terminal.</summary>
    public static (int Columns, int Rows) GetSize(int fd)
    {
        ushort* size = stackalloc ushort[4];
        if (ioctl(fd, 0x5413 /* TIOCGWINSZ */, size) < 0)
        {
            LinuxException.ThrowLast("ioctl(TIOCGWINSZ)");
        }

        return (size[1], size[0]);
    }

    /// <summary>Sets columns and rows; the foreground processes get SIGWINCH.</summary>
    public static void SetSize(int fd, int columns, int rows)
    {
        ushort* size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, 0, 0 };
        if (ioctl(fd, 0x5414 /* TIOCSWINSZ */, size) < 0)
        {
            LinuxException.ThrowLast("ioctl(TIOCSWINSZ)");
        }
    }

    /// <summary>The settings of a terminal as they are now.</summary>
    public static TerminalSettings GetSettings(int fd)
    {
        TerminalSettings settings = new();
        fixed (termios* value = &settings.Value)
        {
            if (tcgetattr(fd, value) < 0)
            {
                LinuxException.ThrowLast("tcgetattr");
            }
        }

        return settings;
    }

    /// <summary>Gives a terminal settings that were read before.</summary>
    public static void SetSettings(int fd, TerminalSettings settings)
    {
        fixed (termios* value = &settings.Value)
        {
            if (tcsetattr(fd, 1 /* TCSADRAIN */, value) < 0)
            {
                LinuxException.ThrowLast("tcsetattr");
            }
        }
    }

    /// <summary>Makes a terminal pass every byte on as it comes, as cfmakeraw(3) does.</summary>
    public static void SetRaw(int fd)
    {
        TerminalSettings settings = GetSettings(fd);
        uint input = (uint)settings.Value.c_iflag;
        settings.Value.c_iflag = input & ~(0x1u | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400);
        settings.Value.c_oflag = (uint)settings.Value.c_oflag & ~0x1u;
        settings.Value.c_lflag = (uint)settings.Value.c_lflag & ~(0x8u | 0x40 | 0x2 | 0x1 | 0x8000);
        settings.Value.c_cflag = ((uint)settings.Value.c_cflag & ~(0x30u | 0x100)) | 0x30;
        SetSettings(fd, settings);
    }

    /// <summary>Makes a terminal give every key as it comes, unseen; Ctrl+C and its like stay signals.</summary>
    public static void SetKeyByKey(int fd)
    {
        TerminalSettings settings = GetSettings(fd);
        settings.Value.c_lflag = (uint)settings.Value.c_lflag & ~(0x2u /* ICANON */ | 0x8 /* ECHO */);
        settings.Value.c_cc[6 /* VMIN */] = 1;
        settings.Value.c_cc[5 /* VTIME */] = 0;
        SetSettings(fd, settings);
    }
}

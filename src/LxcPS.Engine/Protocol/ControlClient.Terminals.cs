using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <content>Terminals that a monitor lends.</content>
public static partial class ControlClient
{
    /// <summary>
    /// The master of a container's console or tty, lent as long as the connection is open; null when it is not free, not there, or no monitor
    /// listens.
    /// </summary>
    /// <param name="lxcPath">The directory of containers.</param>
    /// <param name="name">The container.</param>
    /// <param name="number">0 for the console, a tty from 1 on, -1 for any tty that is free.</param>
    /// <returns>The connection, the master, which the caller closes both, and the number of the tty.</returns>
    public static (int Connection, int Master, int Number)? BorrowTerminal(string lxcPath, string name, int number)
    {
        int fd = Connect(lxcPath, name);
        if (fd < 0)
        {
            return null;
        }

        bool kept = false;
        try
        {
            Span<int> master = stackalloc int[1];
            Request(fd, ControlCommand.GetTtyFd, [], number);
            Answer answer = ReadAnswer(fd, name, ControlCommand.GetTtyFd, master);

            // LXC's monitor closes the connection where it has none to lend.
            kept = !answer.Closed && answer.Result >= 0 && answer.Descriptor >= 0;
            return kept ? (fd, answer.Descriptor, (int)answer.Word) : null;
        }
        catch (LinuxException e) when (e.Number is Errno.EPIPE or Errno.ECONNRESET)
        {
            return null;
        }
        finally
        {
            Descriptors.Close(kept ? -1 : fd);
        }
    }
}

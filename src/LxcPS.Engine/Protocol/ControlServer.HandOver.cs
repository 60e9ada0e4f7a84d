using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <content>The change of the process that serves: the listening socket is in both, the connections are in one.</content>
internal sealed partial class ControlServer
{
    /// <summary>In the place of states that a client waits for: it has not asked anything yet.</summary>
    private const int NothingAsked = 1 << ControlSocket.StateCount;

    /// <summary>Closes the connections in this process: another one has them, and serves the socket from now on.</summary>
    internal void LetGo()
    {
        foreach ((int fd, Client client) in clients)
        {
            client.TakeDescriptor(-1);
            Descriptors.Close(fd);
        }

        clients.Clear();
        NextDeadline = long.MaxValue;
    }

    /// <summary>Gives away the connections of those that wait for a state or for the end, and of those that have not asked anything yet.</summary>
    /// <param name="give">Gets a connection and what it waits for: a bit for each state, or <see cref="NothingAsked"/>.</param>
    internal void HandOver(Action<int, int> give)
    {
        foreach ((int fd, Client client) in clients)
        {
            if (client.IsWaiting ? client.Terminal == 0 && !client.HoldsConsole : client.Length == 0)
            {
                int waitsFor = client.IsWaiting ? 0 : NothingAsked;
                for (int i = 0; i < ControlSocket.StateCount; i++)
                {
                    waitsFor |= client.WaitsFor[i] ? 1 << i : 0;
                }

                give(fd, waitsFor);
            }
        }
    }

    /// <summary>Serves the socket again, with connections that another process has given away.</summary>
    internal void Resume(PollSet loop, ContainerState state, IReadOnlyList<(int Fd, int WaitsFor)> handedOver)
    {
        poll = loop;
        State = state;
        accepting = true;
        poll.Add(listener, Readiness.Readable);
        foreach ((int fd, int waitsFor) in handedOver)
        {
            try
            {
                Client client = new() { IsTrusted = IsTrusted(fd), IsWaiting = waitsFor != NothingAsked };
                for (int i = 0; i < ControlSocket.StateCount; i++)
                {
                    client.WaitsFor[i] = client.IsWaiting && (waitsFor & (1 << i)) != 0;
                }

                Descriptors.SetNonBlocking(fd, true);
                poll.Add(fd, Readiness.Readable);
                clients.Add(fd, client);
                NextDeadline = Math.Min(NextDeadline, client.Deadline);
            }
            catch (LinuxException)
            {
                // No connection, which only a watcher that somebody has taken over would give.
                Descriptors.Close(fd);
            }
        }
    }
}

using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <content>Requests and answers on the wire.</content>
public static partial class ControlClient
{
    private static void Request(int fd, ControlCommand command, ReadOnlySpan<byte> data, long word, int descriptor = -1)
    {
        Span<byte> header = stackalloc byte[ControlSocket.HeaderSize];

        // A descriptor travels with a byte that LXC does not count.
        ControlSocket.WriteHeader(header, (int)command, descriptor < 0 ? data.Length : 0, word);
        LocalSockets.Send(fd, header, credentials: true);
        if (data.Length > 0)
        {
            LocalSockets.Send(fd, data, descriptor < 0 ? [] : [descriptor]);
        }
    }

    private static Answer ReadAnswer(int fd, string name, ControlCommand command, Span<int> descriptor)
    {
        Span<byte> header = stackalloc byte[ControlSocket.HeaderSize];
        int descriptors = 0;
        if (!Fill(fd, header, descriptor, ref descriptors, name, command))
        {
            return new Answer { Closed = true, Descriptor = -1 };
        }

        (int result, int length, long word) = ControlSocket.ReadHeader(header);
        if (length is < 0 or > (1 << 24))
        {
            throw new LxcException(LxcErrorId.MonitorFailed, $"The monitor of container '{name}' answered {command} with {length} bytes")
            {
                ContainerName = name,
            };
        }

        byte[] data = new byte[length];
        int none = 0;
        if (length > 0 && !Fill(fd, data, [], ref none, name, command))
        {
            return new Answer { Closed = true, Descriptor = -1 };
        }

        return new Answer { Result = result, Word = word, Data = data, Descriptor = descriptors > 0 ? descriptor[0] : -1 };
    }

    private static bool Fill(int fd, Span<byte> buffer, Span<int> descriptors, ref int received, string name, ControlCommand command)
    {
        while (buffer.Length > 0)
        {
            if (Polling.Wait(fd, Readiness.Readable, AnswerTimeout) == Readiness.None)
            {
                throw new LxcException(LxcErrorId.MonitorFailed,
                    $"The monitor of container '{name}' did not answer {command} within {AnswerTimeout / 1000} seconds")
                {
                    ContainerName = name,
                    Advice = "See whether the monitor process is stopped or traced; Stop-LxcContainer -Kill ends the container.",
                };
            }

            int count = ReceiveOrEnd(fd, buffer, descriptors, out int got);
            received += got;
            if (count <= 0)
            {
                return false;
            }

            buffer = buffer[count..];
        }

        return true;
    }

    // A monitor that is killed with a request unread resets the connection: the end like any other.
    private static int ReceiveOrEnd(int fd, Span<byte> buffer, Span<int> descriptors, out int received)
    {
        try
        {
            return LocalSockets.Receive(fd, buffer, descriptors, out received);
        }
        catch (LinuxException e) when (e.Number == Errno.ECONNRESET)
        {
            received = 0;
            return 0;
        }
    }

    private static LxcException Refused(string name, ControlCommand command, int result) =>
        new(LxcErrorId.MonitorFailed, $"The monitor of container '{name}' refused {command}: {Errno.Describe(-result)}")
        {
            ContainerName = name,
            Errno = -result,
        };

    private readonly struct Answer
    {
        public int Result { get; init; }

        public long Word { get; init; }

        public byte[] Data { get; init; }

        public int Descriptor { get; init; }

        public bool Closed { get; init; }
    }
}

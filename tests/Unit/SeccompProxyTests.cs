using System.Net.Sockets;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Seccomp;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests;

public sealed class SeccompProxyTests : IDisposable
{
    private static readonly NotificationSizes Sizes = new(80, 24, 64);
    private readonly string directory = Directory.CreateTempSubdirectory("lxcps-test").FullName;
    private readonly PollSet poll = new();

    private string Socket => Path.Combine(directory, "proxy");

    public void Dispose()
    {
        poll.Dispose();
        Directory.Delete(directory, true);
    }

    [Fact]
    public void AMessageHasTheHeadTheNotificationAnAnswerToFillInAndTheCookie()
    {
        byte[] notification = new byte[80];
        for (int i = 0; i < notification.Length; i++)
        {
            notification[i] = (byte)i;
        }

        ProxyMessage message = new(Sizes, "käse");
        byte[] bytes = message.Of(notification, 11, 22).ToArray();
        Assert.Equal((136, 141), (message.AnswerSize, bytes.Length));
        Assert.Equal(0UL, BitConverter.ToUInt64(bytes));
        Assert.Equal((11, 22), (BitConverter.ToInt32(bytes, 8), BitConverter.ToInt32(bytes, 12)));
        Assert.Equal([80, 24, 64, 0], new[] { 16, 18, 20, 22 }.Select(at => (int)BitConverter.ToUInt16(bytes, at)));
        Assert.Equal(5UL, BitConverter.ToUInt64(bytes, 24));
        Assert.Equal(notification, bytes[32..112]);
        Assert.Equal(notification[..8], bytes[112..120]);
        Assert.All(bytes[120..136], value => Assert.Equal(0, value));
        Assert.Equal("käse"u8.ToArray(), bytes[136..]);
    }

    [Fact]
    public void AnAnswerIsTheMessageWithoutTheCookie()
    {
        ProxyMessage message = new(Sizes, "cookie");
        byte[] answer = message.Of(new byte[80], 1, 2)[..136].ToArray();
        answer[112] = 7;
        Assert.Equal(7, message.ResponseIn(answer)[0]);
        Assert.Equal(24, message.ResponseIn(answer).Length);
        Assert.True(message.ResponseIn(answer.AsSpan(0, 135)).IsEmpty);
        Assert.True(message.ResponseIn([.. answer, 0]).IsEmpty);
        answer[0] = 1;
        Assert.True(message.ResponseIn(answer).IsEmpty);
    }

    [Fact]
    public void WhereNobodyListensNothingIsAsked()
    {
        using SeccompProxy proxy = new(poll, Socket, Sizes, string.Empty, Open);
        Assert.False(proxy.Connect());
        Assert.False(proxy.Ask(-1, new byte[80], 1, 2));
        Assert.Equal(long.MaxValue, proxy.NextDeadline);
    }

    [Fact]
    public void AListenerThatIsNoneIsNotSentOn()
    {
        using Socket listener = Listen();
        using SeccompProxy proxy = new(poll, Socket, Sizes, string.Empty, Open);
        Assert.True(proxy.Connect());
        byte[] notification = new byte[80];
        BitConverter.TryWriteBytes(notification.AsSpan(8), Environment.ProcessId);
        Assert.False(proxy.Ask(-1, notification, 1, 2));
        Assert.False(proxy.IsFull);
    }

    [Fact]
    public void AProxyThatGoesAwayIsSeen()
    {
        using Socket listener = Listen();
        using SeccompProxy proxy = new(poll, Socket, Sizes, string.Empty, Open);
        Assert.True(proxy.Connect());
        listener.Accept().Dispose();
        (int Fd, Readiness Ready)[] ready = new (int, Readiness)[1];
        Assert.Equal(1, poll.Wait(ready, 5000));
        Assert.True(proxy.Handle(ready[0].Fd));
        Assert.Equal(0, poll.Wait(ready, 0));
    }

    private static ContainerProgram Open(int processId) =>
        new(Descriptors.Open($"/proc/{processId}", OpenFlags.ReadOnly | OpenFlags.Directory), Descriptors.Open($"/proc/{processId}/mem", OpenFlags.ReadWrite), true);

    private Socket Listen()
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Socket));
        socket.Listen();
        return socket;
    }
}

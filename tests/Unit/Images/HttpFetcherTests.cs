using System.Net;
using System.Net.Sockets;
using System.Text;
using LxcPS.Engine;
using LxcPS.Engine.Images;
using Xunit;

namespace LxcPS.Tests.Images;

public sealed class HttpFetcherTests
{
    [Fact]
    public void AServerThatSaysNothingIsGivenUp()
    {
        using Server server = new(_ => []);
        using HttpFetcher fetcher = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(1));
        LxcException e = Assert.Throws<LxcException>(() => fetcher.TryRead(server.Address, 100, TestContext.Current.CancellationToken));
        Assert.Equal(LxcErrorId.DownloadFailed, e.ErrorId);
        Assert.Contains("silent for 0.1 s", e.Message, StringComparison.Ordinal);
        Assert.Contains("in 5 tries", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TriesThatBringSomethingAreNotCounted()
    {
        // A byte with each: more of them than tries that bring nothing are allowed.
        byte[] content = Encoding.ASCII.GetBytes("twenty bytes, no more");
        using Server server = new(from => Encoding.ASCII.GetBytes($"HTTP/1.1 {(from > 0 ? "206 Part" : "200 OK")}\r\nContent-Range: bytes {from}-{content.Length - 1}/{content.Length}\r\nContent-Length: {content.Length - from}\r\nConnection: close\r\n\r\n").Append(content[from]).ToArray(), closes: true);
        using HttpFetcher fetcher = new(TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(1));
        Assert.Equal(content, fetcher.TryRead(server.Address, 100, TestContext.Current.CancellationToken));
        Assert.Equal(content.Length, server.Count);
    }

    [Fact]
    public void ACancellationEndsTheWait()
    {
        using Server server = new(_ => []);
        using HttpFetcher fetcher = new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60));
        using CancellationTokenSource cancel = new(100);
        Assert.ThrowsAny<OperationCanceledException>(() => fetcher.TryRead(server.Address, 100, cancel.Token));
    }

    // Answers each connection with what is said for the byte that is asked for; without closing it waits for the other side to go.
    private sealed class Server : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly Func<int, byte[]> answer;
        private readonly bool closes;

        internal Server(Func<int, byte[]> answer, bool closes = false)
        {
            this.answer = answer;
            this.closes = closes;
            listener.Start();
            new Thread(Serve) { IsBackground = true }.Start();
        }

        internal Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/x");

        internal int Count { get; private set; }

        public void Dispose() => listener.Dispose();

        private void Serve()
        {
            try
            {
                while (true)
                {
                    using TcpClient client = listener.AcceptTcpClient();
                    Count++;
                    using StreamReader reader = new(client.GetStream());
                    int from = 0;
                    for (string? line = reader.ReadLine(); line is { Length: > 0 }; line = reader.ReadLine())
                    {
                        from = line.StartsWith("Range: bytes=", StringComparison.Ordinal) ? int.Parse(line[13..].TrimEnd('-')) : from;
                    }

                    client.GetStream().Write(answer(from));
                    if (!closes)
                    {
                        reader.Read();
                    }
                }
            }
            catch (Exception e) when (e is SocketException or IOException or InvalidOperationException)
            {
                // The test is over.
            }
        }
    }
}

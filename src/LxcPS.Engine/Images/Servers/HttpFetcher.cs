using System.Net;
using System.Net.Sockets;

namespace LxcPS.Engine.Images;

/// <summary>
/// Fetches over HTTP into a stream, and goes on where a connection broke: a bounded number of tries that bring nothing new. Proxies are those of the
/// environment. Progress is told on the caller's thread.
/// </summary>
internal sealed class HttpFetcher : IDisposable
{
    private const int MaximumTries = 5;
    private const int BlockSize = 1 << 17;

    private readonly HttpClient client;
    private readonly TimeSpan patience;
    private readonly TimeSpan pause;

    internal HttpFetcher()
        : this(TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(250))
    {
    }

    /// <param name="patience">How long a server may be silent.</param>
    /// <param name="pause">The pause before the second try; it doubles with each.</param>
    internal HttpFetcher(TimeSpan patience, TimeSpan pause)
    {
        this.patience = patience;
        this.pause = pause;

        // No redirect leads from https to http: the handler refuses that itself.
        client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(20), MaxAutomaticRedirections = 10 }) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("LxcPS");
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    /// <summary>A small file; null where the server does not have it.</summary>
    /// <exception cref="LxcException">DownloadFailed; ImageInvalid: more than the limit in bytes.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    internal byte[]? TryRead(Uri address, long limit, CancellationToken cancel)
    {
        using MemoryStream target = new();
        return TryFetch(address, target, limit, null, cancel) ? target.ToArray() : null;
    }

    /// <summary>Fetches what the target does not have yet; false where the server does not have the file.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="target">Gets the bytes behind those that it has.</param>
    /// <param name="limit">The most bytes that it may be.</param>
    /// <param name="progress">Told how many bytes are there, and how many there will be; -1 where that is not known.</param>
    /// <param name="cancel">Stops it; the target keeps what came.</param>
    /// <exception cref="LxcException">DownloadFailed; ImageInvalid: more than the limit; StorageFull or StorageFailed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    internal bool TryFetch(Uri address, Stream target, long limit, Action<long, long>? progress, CancellationToken cancel)
    {
        long furthest = target.Length;
        int fruitless = 0;
        while (true)
        {
            try
            {
                return Once(address, target, limit, progress, cancel);
            }
            catch (InterruptedException e)
            {
                fruitless = target.Length > furthest ? 0 : fruitless + 1;
                furthest = Math.Max(furthest, target.Length);
                if (fruitless >= MaximumTries)
                {
                    throw Failed(address, $"{e.Message}, in {MaximumTries} tries", "Try again later: what has come is kept.", e.InnerException);
                }

                // Nothing tells when a server serves again.
                if (cancel.WaitHandle.WaitOne(pause * (1 << fruitless)))
                {
                    throw new OperationCanceledException(cancel);
                }
            }
        }
    }

    /// <summary>The error of a file that could not be fetched.</summary>
    internal static LxcException Failed(Uri address, string why, string advice, Exception? cause = null) =>
        new(LxcErrorId.DownloadFailed, $"'{DisplayText.Of(address.ToString())}' cannot be fetched: {why}", cause) { Step = "download", Advice = advice };

    private bool Once(Uri address, Stream target, long limit, Action<long, long>? progress, CancellationToken cancel)
    {
        using CancellationTokenSource silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        silence.CancelAfter(patience);
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Get, address);
            if (target.Length > 0)
            {
                request.Headers.Range = new(target.Length, null);
            }

            using HttpResponseMessage response = client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token).GetAwaiter().GetResult();
            if (!Begin(address, target, response))
            {
                return false;
            }

            long total = response.Content.Headers.ContentLength is { } length ? target.Length + length : -1;
            using Stream body = response.Content.ReadAsStream(silence.Token);
            byte[] block = new byte[BlockSize];
            while (true)
            {
                silence.CancelAfter(patience);
                int count = body.ReadAsync(block, silence.Token).AsTask().GetAwaiter().GetResult();
                if (count == 0)
                {
                    return true;
                }

                if (target.Length + count > limit)
                {
                    throw new LxcException(LxcErrorId.ImageInvalid, $"'{DisplayText.Of(address.ToString())}' is longer than the {limit} bytes that it should be")
                    {
                        Step = "download",
                        Advice = "The server's index and its files do not agree: try again later, or another server.",
                    };
                }

                Write(target, block.AsSpan(0, count));
                progress?.Invoke(target.Length, total);
            }
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new InterruptedException($"the server was silent for {patience.TotalSeconds:0.#} s", e);
        }
        catch (HttpRequestException e)
        {
            throw Explain(address, e);
        }
        catch (IOException e)
        {
            throw new InterruptedException(e.Message, e);
        }
    }

    // False where there is no such file.
    private static bool Begin(Uri address, Stream target, HttpResponseMessage response)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.NotFound or HttpStatusCode.Gone:
                return false;
            case HttpStatusCode.PartialContent when target.Length > 0 && response.Content.Headers.ContentRange?.From == target.Length:
            case HttpStatusCode.OK when target.Length == 0:
                target.Position = target.Length;
                return true;
            case HttpStatusCode.OK:
                // A server that knows no ranges begins anew.
                target.SetLength(0);
                return true;
            case HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.PartialContent when target.Length > 0:
                target.SetLength(0);
                throw new InterruptedException("the server has no such part of it", null);
            case var status when (int)status >= 500 || status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout:
                throw new InterruptedException($"the server answered {(int)status} {response.ReasonPhrase}", null);
            case var status:
                throw Failed(address, $"the server answered {(int)status} {response.ReasonPhrase}", (int)status is 401 or 403 or 407
                    ? "See whether the server or a proxy asks for credentials." : "See that the address is that of an image server.");
        }
    }

    // What another try can change, and what it cannot.
    private static Exception Explain(Uri address, HttpRequestException e)
    {
        string reason = (e.InnerException ?? e).Message;
        return e.HttpRequestError switch
        {
            HttpRequestError.SecureConnectionError => Failed(address, $"its TLS connection was refused: {(e.InnerException?.InnerException ?? e.InnerException ?? e).Message}",
                "See that the certificate is that of the server, that its issuer is among the trusted ones (ca-certificates), and that the clock is right.", e),
            HttpRequestError.NameResolutionError => Failed(address, $"the name {address.Host} has no address: {reason}", "See that the name is right, and that the network and its name servers can be reached; or set http_proxy or https_proxy.", e),
            HttpRequestError.ProxyTunnelError => Failed(address, $"the proxy refused: {e.Message}", "See http_proxy, https_proxy and no_proxy in the environment.", e),
            HttpRequestError.ConnectionError when e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable } =>
                Failed(address, reason, "See that the server runs and can be reached; or set http_proxy or https_proxy.", e),
            _ => new InterruptedException(reason, e),
        };
    }

    private static void Write(Stream target, ReadOnlySpan<byte> bytes)
    {
        try
        {
            target.Write(bytes);
        }
        catch (IOException e)
        {
            // On Linux the HResult of an IOException is the errno, unless it is one of .NET's own.
            throw new LxcException(e.HResult is Native.Errno.ENOSPC or Native.Errno.EDQUOT ? LxcErrorId.StorageFull : LxcErrorId.StorageFailed, $"A download cannot be kept: {e.Message}", e)
            {
                Step = "download",
                Errno = Math.Max(0, e.HResult),
                Advice = "Free space on the file system of the images, or use another -ImagePath.",
            };
        }
    }

    private sealed class InterruptedException(string message, Exception? inner) : Exception(message, inner);
}

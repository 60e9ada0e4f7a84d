using System.Runtime.ExceptionServices;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests;

/// <summary>
/// Runs code on threads that have network namespaces of their own: nothing of it reaches the machine, and the namespaces go with the
/// threads.
/// </summary>
internal static class NetworkSandbox
{
    /// <summary>Runs in a new network namespace; skips the test where the machine does not allow one.</summary>
    internal static void Run(Action action) => Finish(Start(() =>
    {
        Processes.Unshare(Processes.CLONE_NEWNET);
        action();
    }));

    /// <summary>Runs one part on a thread in a "host's" namespace while another thread, whose id it gets, waits in a "container's"; then the other part there.</summary>
    internal static void RunPair(Action<int> onHost, Action inContainer)
    {
        using ManualResetEventSlim born = new();
        using ManualResetEventSlim go = new();
        int tid = 0;
        (Thread Thread, Task<Exception?> Result) container = Start(() =>
        {
            try
            {
                Processes.Unshare(Processes.CLONE_NEWNET);
                tid = ThreadId();
            }
            finally
            {
                born.Set();
            }

            go.Wait();
            inContainer();
        });
        born.Wait();
        (Thread Thread, Task<Exception?> Result) host = tid == 0 ? container : Start(() =>
        {
            try
            {
                Processes.Unshare(Processes.CLONE_NEWNET);
                onHost(tid);
            }
            finally
            {
                go.Set();
                container.Thread.Join();
            }
        });
        Finish(host);
        Finish(container);
    }

    internal static void CreateBridge(string name, string? address = null)
    {
        using NetlinkSocket socket = new();
        NetlinkMessage message = new(16 /* RTM_NEWLINK */, NetlinkMessage.NLM_F_ACK | NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL);
        message.Append(stackalloc byte[16]).Add(3 /* IFLA_IFNAME */, name).Add(4 /* IFLA_MTU */, 1400);
        int info = message.Begin(18 /* IFLA_LINKINFO */);
        message.AddBare(1, "bridge").End(info);
        socket.Request(message, "RTM_NEWLINK", name);
        using Rtnetlink kernel = new();
        kernel.SetUp(name);
        if (address is not null)
        {
            byte[] bytes = InternetAddress.TryParse(address, address.Contains(':'))!;
            kernel.AddAddress(kernel.FindLink(name)!.Value.Index, bytes, bytes.Length == 4 ? 24 : 64, [], address);
        }
    }

    internal static int ThreadId() => int.Parse(Path.GetFileName(new FileInfo("/proc/thread-self").LinkTarget!));

    private static (Thread Thread, Task<Exception?> Result) Start(Action action)
    {
        TaskCompletionSource<Exception?> result = new();
        Thread thread = new(() =>
        {
            try
            {
                action();
                result.SetResult(null);
            }
            catch (Exception e)
            {
                result.SetResult(e);
            }
        });
        thread.Start();
        return (thread, result.Task);
    }

    private static void Finish((Thread Thread, Task<Exception?> Result) part)
    {
        part.Thread.Join();
        Exception? error = part.Result.Result;
        Assert.SkipWhen(error is LinuxException { Call: "unshare" }, "This machine or user may not make a network namespace");
        if (error is not null)
        {
            ExceptionDispatchInfo.Throw(error);
        }
    }
}

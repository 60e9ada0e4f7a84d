using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using LxcPS.Engine.Confinement;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests.Confinement;

/// <summary>Landlock restricts a thread: each test has one of its own for it, which ends with the restriction.</summary>
public sealed class WatcherRightsTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("lxcps-test").FullName;

    public void Dispose() => Directory.Delete(directory, true);

    [Theory]
    [InlineData(0, 0UL, 0UL, 0UL)]
    [InlineData(1, 0x1FFFUL, 0UL, 0UL)]
    [InlineData(2, 0x3FFFUL, 0UL, 0UL)]
    [InlineData(3, 0x7FFFUL, 0UL, 0UL)]
    [InlineData(4, 0x7FFFUL, 3UL, 0UL)]
    [InlineData(5, 0xFFFFUL, 3UL, 0UL)]
    [InlineData(6, 0xFFFFUL, 3UL, 3UL)]
    [InlineData(7, 0xFFFFUL, 3UL, 3UL)]
    [InlineData(99, 0xFFFFUL, 3UL, 3UL)]
    public void EachVersionHasTheRightsThatItKnows(int version, ulong files, ulong network, ulong scopes)
    {
        Assert.Equal(files, Landlock.FileRightsOf(version));
        Assert.Equal(network, Landlock.NetworkRightsOf(version));
        Assert.Equal(scopes, Landlock.ScopesOf(version));
    }

    [Fact]
    public void TheKernelTakesTheRulesOfEveryVersionUpToItsOwn()
    {
        RequireLandlock();
        for (int version = 1; version <= Landlock.Version; version++)
        {
            int rules = Landlock.Create(version, Landlock.SCOPE_SIGNAL | Landlock.SCOPE_ABSTRACT_UNIX_SOCKET);
            Landlock.Allow(rules, directory, Landlock.READ_DIR);
            Descriptors.Close(rules);
        }
    }

    [Fact]
    public void WhatIsNotKeptIsGone()
    {
        RequireLandlock();
        string kept = Write("kept");
        string read = Write("read");
        string other = Write("other");
        string listed = Directory.CreateDirectory(Path.Combine(directory, "listed")).FullName;
        int opened = Descriptors.Open(other, OpenFlags.WriteOnly);
        int[] results = Restricted(
            [(kept, Landlock.READ_FILE | Landlock.WRITE_FILE), (read, Landlock.READ_FILE), (listed, Landlock.READ_DIR)],
            () => Descriptors.WriteText(kept, "new"),
            () => Descriptors.ReadText(kept),
            () => Descriptors.ReadText(read),
            () => Descriptors.Close(Descriptors.Open(listed, OpenFlags.ReadOnly | OpenFlags.Directory)),
            () => Descriptors.WriteAll(opened, "more"u8),
            () => Descriptors.Close(Descriptors.OpenPath(other)),
            () => Descriptors.WriteText(read, "new"),
            () => Descriptors.ReadText(other),
            () => Descriptors.WriteText(other, "new"),
            () => Descriptors.Close(Descriptors.Open(directory, OpenFlags.ReadOnly | OpenFlags.Directory)),
            () => FileTree.MakeDirectory(Descriptors.CurrentDirectory, Path.Combine(directory, "made"), 0x1C0),
            () => Descriptors.Close(Descriptors.Open(Path.Combine(directory, "file"), OpenFlags.WriteOnly | OpenFlags.Create, 0x180)),
            () => FileTree.Remove(Descriptors.CurrentDirectory, other),
            () => Descriptors.ReadText("/proc/self/status"));
        Descriptors.Close(opened);

        Assert.All(results[..6], result => Assert.Equal(0, result));
        Assert.All(results[6..], result => Assert.Equal(Errno.EACCES, result));
        Assert.Equal("new text", File.ReadAllText(kept));
        Assert.Equal("more", File.ReadAllText(other)[..4]);
    }

    [Fact]
    public void OtherProcessesAreNotLookedInto()
    {
        RequireLandlock();
        using System.Diagnostics.Process sleeper = System.Diagnostics.Process.Start("sleep", "60");
        try
        {
            string path = $"/proc/{sleeper.Id}/ns/user";
            Assert.True(FileTree.TryStatus(Descriptors.CurrentDirectory, path, true, out _));
            int[] results = Restricted([("/proc", Landlock.READ_FILE)], () => FileTree.Status(Descriptors.CurrentDirectory, path));
            Assert.Equal(Errno.EACCES, Assert.Single(results));
        }
        finally
        {
            sleeper.Kill();
            sleeper.WaitForExit();
        }
    }

    [Fact]
    public void NothingIsConnectedByTcp()
    {
        RequireLandlock();
        Assert.SkipUnless(Landlock.Version >= 4, "This kernel's Landlock is older than its rules for TCP");
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        SocketError error = SocketError.Success;

        // First without: it can be done, and what the class library loads for it is loaded, which nobody could in the restricted thread.
        Connect();
        Assert.Equal(SocketError.Success, error);
        Restricted([], Connect);
        Assert.Equal(SocketError.AccessDenied, error);

        void Connect()
        {
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                client.Connect(listener.LocalEndPoint!);
            }
            catch (SocketException e)
            {
                error = e.SocketErrorCode;
            }
        }
    }

    [Theory]
    [InlineData(false, Errno.EPERM)]
    [InlineData(true, 0)]
    public void AbstractSocketsOfOthersAreOutOfReachUnlessOneIsNeeded(bool connects, int error)
    {
        RequireLandlock();
        Assert.SkipUnless(Landlock.Version >= 6, "This kernel's Landlock has no scopes");
        string name = "lxcps-test-" + Guid.NewGuid();
        int listener = LocalSockets.Listen(name);
        int connection = -1;
        int[] results = Restricted([], connects, () => connection = LocalSockets.TryConnect(name));
        Descriptors.Close(connection);
        Descriptors.Close(listener);
        Assert.Equal(error, Assert.Single(results));
    }

    [Fact]
    public void NobodyElseIsSignaled()
    {
        RequireLandlock();
        Assert.SkipUnless(Landlock.Version >= 6, "This kernel's Landlock has no scopes");
        using System.Diagnostics.Process sleeper = System.Diagnostics.Process.Start("sleep", "60");
        int pidfd = Processes.OpenPidfd(sleeper.Id);
        try
        {
            int[] results = Restricted([], () => Processes.Signal(pidfd, 9));
            Assert.Equal(Errno.EPERM, Assert.Single(results));
            Assert.False(sleeper.HasExited);
        }
        finally
        {
            Descriptors.Close(pidfd);
            sleeper.Kill();
            sleeper.WaitForExit();
        }
    }

    private static void RequireLandlock() => Assert.SkipUnless(Landlock.Version > 0, "This kernel has no Landlock, or was booted without it");

    private static int[] Restricted((string, ulong)[] kept, params Action[] tries) => Restricted(kept, false, tries);

    // For each try the errno that it was refused with, or 0.
    private static int[] Restricted((string, ulong)[] kept, bool connects, params Action[] tries)
    {
        int[] results = new int[tries.Length];
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                int rules = WatcherRights.Prepare(kept, connects);
                Landlock.Restrict(rules);
                Descriptors.Close(rules);
                for (int i = 0; i < tries.Length; i++)
                {
                    try
                    {
                        tries[i]();
                    }
                    catch (LinuxException e)
                    {
                        results[i] = e.Number;
                    }
                }
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return results;
    }

    private string Write(string name)
    {
        string path = Path.Combine(directory, name);
        File.WriteAllText(path, "old text");
        return path;
    }
}

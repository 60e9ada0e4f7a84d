using System.Diagnostics;
using LxcPS.Engine;
using LxcPS.Engine.Store;
using Xunit;

namespace LxcPS.Tests;

public sealed class ContainerLockTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void TheFileIsWhereLxcHasIt()
    {
        using ContainerLock held = Take("c1", TimeSpan.Zero);
        Assert.Equal(directory.Path + "/lxc/lock/var/lib/lxc/.c1", held.Path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(held.Path));
    }

    [Fact]
    public void ASecondSessionIsToldAfterItsTime()
    {
        using ContainerLock held = Take("c1", TimeSpan.Zero);
        Assert.Equal(LxcErrorId.ContainerBusy, Assert.Throws<LxcException>(() => Take("c1", TimeSpan.Zero)).ErrorId);
        Stopwatch watch = Stopwatch.StartNew();
        LxcException error = Assert.Throws<LxcException>(() => Take("c1", TimeSpan.FromMilliseconds(200)));
        Assert.Equal((LxcErrorId.ContainerBusy, "c1"), (error.ErrorId, error.ContainerName));
        Assert.InRange(watch.ElapsedMilliseconds, 150, 10_000);
        Take("c2", TimeSpan.Zero).Dispose();
    }

    [Fact]
    public async Task AWaiterGetsTheLockWhenItIsGivenBack()
    {
        ContainerLock held = Take("c1", TimeSpan.Zero);
        Task<ContainerLock> waiter = Task.Run(() => Take("c1", Long), TestContext.Current.CancellationToken);
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.False(waiter.IsCompleted);
        held.Dispose();
        (await waiter).Dispose();
        Take("c1", TimeSpan.Zero).Dispose();
    }

    [Fact]
    public void AWaiterThatGaveUpDoesNotKeepTheLock()
    {
        ContainerLock held = Take("c1", TimeSpan.Zero);
        Assert.Throws<LxcException>(() => Take("c1", TimeSpan.FromMilliseconds(50)));
        using CancellationTokenSource cancel = new(50);
        Assert.ThrowsAny<OperationCanceledException>(() => Take("c1", Long, cancel.Token));
        held.Dispose();
        Take("c1", Long).Dispose();
    }

    [Fact]
    public void DisposingTwiceIsHarmless()
    {
        ContainerLock held = Take("c1", TimeSpan.Zero);
        held.Dispose();
        using ContainerLock other = Take("c1", TimeSpan.Zero);
        held.Dispose();
        Assert.Throws<LxcException>(() => Take("c1", TimeSpan.Zero));
    }

    private ContainerLock Take(string name, TimeSpan timeout, CancellationToken cancel = default) =>
        ContainerLock.Acquire(directory.Path, "/var/lib/lxc", name, timeout, cancel);
}

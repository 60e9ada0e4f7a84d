using LxcPS.Engine.LifeCycle;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests.LifeCycle;

public sealed class WatchChannelTests : IDisposable
{
    private readonly WatchChannel one;
    private readonly WatchChannel other;

    public WatchChannelTests()
    {
        (int first, int second) = LocalSockets.Pair();
        (one, other) = (new WatchChannel(first), new WatchChannel(second));
    }

    public void Dispose()
    {
        one.Dispose();
        other.Dispose();
    }

    [Fact]
    public void AMessageArrivesAsItWasSent()
    {
        Assert.False(other.IsReadable);
        (int read, int write) = Descriptors.Pipe();
        Assert.True(one.Send(WatchChannel.Kind.Client, -1, int.MaxValue, [write]));
        Descriptors.Close(write);
        Assert.True(other.IsReadable);
        Span<int> descriptors = stackalloc int[2];
        Assert.Equal(WatchChannel.Kind.Client, other.Receive(out int first, out int second, descriptors, out int received));
        Assert.Equal((-1, int.MaxValue, 1), (first, second, received));
        Descriptors.WriteAll(descriptors[0], "x"u8);
        Descriptors.Close(descriptors[0]);
        Assert.Equal(1, Descriptors.Read(read, new byte[8]));
        Descriptors.Close(read);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(4096)]
    public void WhatHasAnotherLengthIsNoMessage(int length)
    {
        LocalSockets.Send(one.Descriptor, Enumerable.Repeat((byte)1, length).ToArray());
        Assert.Equal(WatchChannel.Kind.None, other.Receive(out _, out _, [], out _));
    }

    [Fact]
    public void TheEndIsSeenAndSendingToNobodyIsNoError()
    {
        one.Dispose();
        Assert.True(other.IsReadable);
        Assert.Equal(WatchChannel.Kind.None, other.Receive(out _, out _, [], out _));
        Assert.False(other.Send(WatchChannel.Kind.Stop));
    }

    [Fact]
    public void WhoDoesNotReadIsNotWaitedFor()
    {
        int sent = 0;
        while (one.Send(WatchChannel.Kind.State, wait: false))
        {
            Assert.True(++sent < 1_000_000);
        }

        Assert.True(sent > 0);
    }
}

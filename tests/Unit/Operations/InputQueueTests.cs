using System.Text;
using LxcPS.Engine.Operations;
using Xunit;

namespace LxcPS.Tests.Operations;

public class InputQueueTests
{
    [Fact]
    public void KeepsWhatTheSlowestReaderHasNotTaken()
    {
        InputQueue queue = new();
        queue.Append("hello "u8);
        queue.Append("world"u8);
        Assert.Equal("hello world", Encoding.UTF8.GetString(queue.From(0)));
        Assert.Equal("world", Encoding.UTF8.GetString(queue.From(6)));
        Assert.Equal(11, queue.Pending);
    }

    [Fact]
    public void DropsWhatNobodyWants()
    {
        InputQueue queue = new();
        byte[] block = new byte[3000];
        queue.Append(block);

        // Without a reader all of it is taken.
        queue.Trim([]);
        Assert.Equal(0, queue.Pending);
        queue.Append("rest"u8);
        Assert.Equal("rest", Encoding.UTF8.GetString(queue.From(3000)));
    }

    [Fact]
    public void GrowsBeyondItsFirstSize()
    {
        InputQueue queue = new();
        byte[] block = new byte[100_000];
        Random.Shared.NextBytes(block);
        queue.Append(block.AsSpan(0, 10));
        queue.Append(block.AsSpan(10));
        Assert.True(queue.From(0).SequenceEqual(block));
    }
}

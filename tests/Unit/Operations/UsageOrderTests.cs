using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Operations;
using Xunit;

namespace LxcPS.Tests.Operations;

public class UsageOrderTests
{
    private static readonly UsageRow[] Rows =
    [
        new("b", new CgroupUsage { CpuTime = TimeSpan.FromSeconds(2), Memory = 10, IoRead = 5, Pids = 1 }, 50),
        new("a", new CgroupUsage { CpuTime = TimeSpan.FromSeconds(9), Memory = 30, IoRead = 1, IoWritten = 9, Pids = 1 }, 50),
        new("c", new CgroupUsage(), null),
    ];

    [Theory]
    [InlineData(UsageSort.Name, "a b c", "c b a")]
    [InlineData(UsageSort.Cpu, "a b c", "c b a")]
    [InlineData(UsageSort.Memory, "a b c", "c b a")]
    [InlineData(UsageSort.Io, "a b c", "c b a")]
    [InlineData(UsageSort.Processes, "a b c", "c a b")]
    public void NamesGoUpAndNumbersDownUnlessReversed(UsageSort key, string usual, string reversed)
    {
        UsageOrder order = UsageOrder.By(key);
        Assert.Equal(usual, Names(order));
        Assert.Equal(reversed, Names(order with { Descending = !order.Descending }));
    }

    [Fact]
    public void LettersAreThoseOfLxcTop()
    {
        UsageOrder order = UsageOrder.By(UsageSort.Name);
        Assert.Equal(new UsageOrder(UsageSort.Name, true), order.After('n'));
        Assert.Equal(new UsageOrder(UsageSort.Cpu, true), order.After('c'));
        Assert.Equal(new UsageOrder(UsageSort.Cpu, false), order.After('c')!.Value.After('C'));
        Assert.Equal(UsageSort.Memory, order.After('m')!.Value.Key);
        Assert.Equal(UsageSort.Io, order.After('b')!.Value.Key);
        Assert.Equal(UsageSort.Processes, order.After('p')!.Value.Key);
        Assert.Null(order.After('z'));
    }

    [Fact]
    public void PerCentIsOfOneProcessor()
    {
        Assert.Equal(150, UsageMeter.PercentOf(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2)));
        Assert.Null(UsageMeter.PercentOf(TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(2)));
        Assert.Null(UsageMeter.PercentOf(TimeSpan.FromSeconds(1), TimeSpan.Zero));
    }

    private static string Names(UsageOrder order) => string.Join(' ', order.Sort(Rows).Select(row => row.Name));
}

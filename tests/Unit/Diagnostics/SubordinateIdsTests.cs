using LxcPS.Engine.Diagnostics;
using Xunit;

namespace LxcPS.Tests.Diagnostics;

public class SubordinateIdsTests
{
    private const string Table = "root:1000000:65536\nann:100000:65536\n1001:165536:1000\nann:300000:10\n# ann:1:1\nann:x:1\nann:5:0\n";

    [Fact]
    public void RangesAreFoundByNameAndByNumber()
    {
        Assert.Equal([new(100000, 65536), new(300000, 10)], SubordinateIds.Parse(Table, "ann", 1000));
        Assert.Equal([new(165536, 1000)], SubordinateIds.Parse(Table, "bob", 1001));
        Assert.Empty(SubordinateIds.Parse(Table, "eve", 1002));
    }

    [Fact]
    public void TheLongestCounts() => Assert.Equal(65536u, SubordinateIds.Longest(SubordinateIds.Parse(Table, "ann", 1000)));
}

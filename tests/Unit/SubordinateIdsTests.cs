using LxcPS.Engine;
using LxcPS.Engine.Configuration;
using Xunit;

namespace LxcPS.Tests;

public sealed class SubordinateIdsTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void RootWithoutARangeGetsDistinctSlotsOfTheOwnArea()
    {
        SubordinateIds ids = Read("alice:100000:65536\n", "alice:100000:65536\n");
        List<IdMapEntry> used = [];
        for (uint slot = 0; slot < 3; slot++)
        {
            IReadOnlyList<IdMapEntry> maps = ids.Allocate(used, "root", 0);
            uint first = SubordinateIds.OwnFirst + (slot * 65536);
            Assert.Equal([new(true, false, 0, first, 65536), new(false, true, 0, first, 65536)], maps);
            used.AddRange(maps);
        }

        used.RemoveRange(2, 2);
        Assert.Equal(SubordinateIds.OwnFirst + 65536, ids.Allocate(used, "root", 0)[0].HostId);
    }

    [Fact]
    public void RootKeepsClearOfOthersRanges()
    {
        SubordinateIds ids = Read($"bob:{SubordinateIds.OwnFirst + 10}:65536\n", $"carol:{SubordinateIds.OwnFirst + (2 * 65536)}:1\n");
        Assert.Equal(SubordinateIds.OwnFirst + (3 * 65536), ids.Allocate([], "root", 0)[0].HostId);
    }

    [Fact]
    public void ALargeRangeOfTheUserIsCutIntoSlots()
    {
        SubordinateIds ids = Read("# comment\n\nroot:5:10\nroot:1000000:1000000000\n", "0:2000000:140000\n");
        List<IdMapEntry> used = [];
        used.AddRange(ids.Allocate(used, "root", 0));
        used.AddRange(ids.Allocate(used, "root", 0));
        Assert.Equal([1000000u, 2000000u, 1065536u, 2065536u], used.ConvertAll(map => map.HostId));
        LxcException error = Assert.Throws<LxcException>(() => ids.Allocate(used, "root", 0));
        Assert.Equal(LxcErrorId.IdMapFailed, error.ErrorId);
        Assert.Contains("group", error.Message);
    }

    [Fact]
    public void AnIsolatedContainerHasIdsThatAreNobodyElses()
    {
        // Root's own range is what LXC gives to all of root's containers, and two users have one range.
        SubordinateIds ids = Read($"root:100000:65536\nbob:300000:65536\nalice:300000:131072\neve:{SubordinateIds.OwnFirst}:1\n",
            "root:100000:65536\nbob:300000:65536\nalice:300000:131072\n");
        Assert.Equal(100000u, ids.Allocate([], "root", 0)[0].HostId);
        Assert.Equal(SubordinateIds.OwnFirst + 65536, ids.Allocate([], "root", 0, isolated: true)[0].HostId);
        Assert.Equal(300000u, ids.Allocate([], "alice", 1000)[0].HostId);
        IReadOnlyList<IdMapEntry> maps = ids.Allocate([], "alice", 1000, isolated: true);
        Assert.Equal([365536u, 365536u], maps.Select(map => map.HostId));
        Assert.Equal(LxcErrorId.IdMapFailed, Assert.Throws<LxcException>(() => ids.Allocate([.. maps], "alice", 1000, isolated: true)).ErrorId);
        Assert.Equal(LxcErrorId.IdMapFailed, Assert.Throws<LxcException>(() => ids.Allocate([], "bob", 1001, isolated: true)).ErrorId);
    }

    [Fact]
    public void AUserWithoutARangeIsToldHowToGetOne()
    {
        LxcException error = Assert.Throws<LxcException>(() => Read("alice:100000:65536\nbob:165536:1000\n", "").Allocate([], "bob", 1001));
        Assert.Equal(LxcErrorId.IdMapFailed, error.ErrorId);
        Assert.Contains("/etc/subuid", error.Message);
        Assert.Contains("usermod", error.Advice);
    }

    [Fact]
    public void MissingFilesAndBrokenLinesAreNoRanges()
    {
        SubordinateIds none = SubordinateIds.Read(directory.Path + "/none", directory.Path + "/none");
        Assert.Empty(none.Users);
        SubordinateIds ids = Read("a:1\nb:x:1\nc:1:0\nd:4294967295:2\n:1:1\ne:1:2\n", "");
        Assert.Equal([new SubordinateRange("e", 1, 2)], ids.Users);
    }

    [Fact]
    public void TheOwnAreaHoldsWholeSlots() =>
        Assert.Equal(4094u, (SubordinateIds.OwnLast - SubordinateIds.OwnFirst + 1) / SubordinateIds.ContainerSize);

    private SubordinateIds Read(string users, string groups) =>
        SubordinateIds.Read(directory.Make("subuid", users), directory.Make("subgid", groups));
}

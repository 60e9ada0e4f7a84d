using LxcPS.Engine;
using LxcPS.Engine.Configuration;
using Xunit;

namespace LxcPS.Tests;

public class IdMapTests
{
    [Theory]
    [InlineData("u 0 100000 65536", true, false, 0u, 100000u, 65536u)]
    [InlineData("g 1000 0x3e8 1", false, true, 1000u, 1000u, 1u)]
    [InlineData("b\t0  2000000\t4294967", true, true, 0u, 2000000u, 4294967u)]
    [InlineData("u 0 0 4294967295", true, false, 0u, 0u, 4294967295u)]
    public void AMapIsRead(string text, bool user, bool group, uint inside, uint host, uint count) =>
        Assert.Equal(new IdMapEntry(user, group, inside, host, count), IdMapEntry.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("u 0 100000")]
    [InlineData("u 0 100000 65536 1")]
    [InlineData("x 0 100000 65536")]
    [InlineData("U 0 100000 65536")]
    [InlineData("uid 0 100000 65536")]
    [InlineData("u -1 100000 65536")]
    [InlineData("u 0 100000 0")]
    [InlineData("u 0 4294967295 1")]
    [InlineData("u 4294901761 0 65536")]
    [InlineData("u 0 99999999999999999999 1")]
    public void WhatIsNoMapIsRefused(string text)
    {
        LxcException error = Assert.Throws<LxcException>(() => IdMapEntry.Parse(text));
        Assert.Equal(LxcErrorId.ConfigInvalidValue, error.ErrorId);
        Assert.Equal("lxc.idmap", error.ConfigKey);
    }

    [Theory]
    [InlineData("u 0 100000 65536")]
    [InlineData("g 5 6 7")]
    [InlineData("b 0 1 2")]
    public void AMapWritesItselfAsRead(string text) => Assert.Equal(text, IdMapEntry.Parse(text).ToString());

    [Fact]
    public void IdsAreFoundInBothDirections()
    {
        IdMaps maps = Of("u 0 100000 1000", "u 1000 1000 1", "g 0 200000 65536");
        Assert.Equal(100000u, maps.HostUser(0));
        Assert.Equal(100999u, maps.HostUser(999));
        Assert.Equal(1000u, maps.HostUser(1000));
        Assert.Null(maps.HostUser(1001));
        Assert.Equal(200005u, maps.HostGroup(5));
        Assert.Equal(1000u, maps.ContainerUser(1000));
        Assert.Equal(999u, maps.ContainerUser(100999));
        Assert.Null(maps.ContainerGroup(100000));
        Assert.Equal(77u, IdMaps.Of([]).HostUser(77));
    }

    [Theory]
    [InlineData("in the container", "u 0 100000 10", "u 9 200000 10", "g 0 0 1")]
    [InlineData("on the host", "u 0 100000 10", "u 20 100009 10", "g 0 0 1")]
    [InlineData("no range of group ids", "u 0 100000 10", "u 20 300000 10")]
    [InlineData("overlap", "b 0 100000 10", "g 5 300000 10")]
    public void MapsThatTheKernelWouldRefuseAreRefused(string reason, params string[] maps) =>
        Assert.Contains(reason, Assert.Throws<LxcException>(() => Of(maps)).Message);

    private static IdMaps Of(params string[] maps) => IdMaps.Of(Array.ConvertAll(maps, IdMapEntry.Parse));
}

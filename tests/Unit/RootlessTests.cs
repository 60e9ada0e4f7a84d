using LxcPS.Engine;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Network;
using LxcPS.Engine.Rootless;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests;

public sealed class RootlessTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void AUsersContainersHaveAllOfHisRanges()
    {
        SubordinateIds ids = Ids("other:1:65536\nann:100000:65536\n1000:300000:10\n", "ann:200000:70000\n");
        Assert.Equal(["u 0 100000 65536", "u 65536 300000 10", "g 0 200000 70000"], ids.MapsOfUser("ann", 1000).Select(map => map.ToString()));
    }

    [Theory]
    [InlineData("ann:100000:65535\n", "ann:1:65536\n", "/etc/subuid")]
    [InlineData("ann:100000:65536\n", "bob:1:65536\n", "/etc/subgid")]
    public void TooFewIdsAreRefusedWithTheFile(string users, string groups, string file)
    {
        LxcException e = Assert.Throws<LxcException>(() => Ids(users, groups).MapsOfUser("ann", 1000));
        Assert.Equal(LxcErrorId.IdMapFailed, e.ErrorId);
        Assert.Equal(file, e.Path);
        Assert.Contains("usermod", e.Advice);
    }

    [Theory]
    [InlineData("u 0 100000 65536", true)]
    [InlineData("u 0 100001 65535", true)]
    [InlineData("u 0 100001 65536", false)]
    [InlineData("u 0 99999 10", false)]
    [InlineData("u 0 1000 1", true)]
    [InlineData("u 0 1000 2", false)]
    public void AMapIsGrantedWithinARangeOrAsTheUsersOwnId(string map, bool granted) =>
        Assert.Equal(granted, Ids("ann:100000:65536\n", string.Empty).IsGranted("ann", 1000, IdMapEntry.Parse(map), group: false));

    [Fact]
    public void TheUsersOwnIdsAreBehindTheContainers()
    {
        IReadOnlyList<IdMapEntry> maps = UserMaps.WithOwn([IdMapEntry.Parse("u 0 2000000000 65536"), IdMapEntry.Parse("g 0 2000000000 1000")]);
        Assert.Contains(new IdMapEntry(true, false, 65536, Processes.EffectiveUserId, 1), maps);
        Assert.Contains(new IdMapEntry(false, true, 1000, Processes.EffectiveGroupId, 1), maps);
    }

    [Fact]
    public void TheHelpersCommandLineIsReadAsItWasWritten()
    {
        MappedRequest request = new()
        {
            ReportDescriptor = 3,
            Work = MappedWork.Make,
            Maps = [IdMapEntry.Parse("u 0 100000 65536"), IdMapEntry.Parse("g 0 200000 65536")],
            Directory = "/a b/c",
            Template = "Busybox",
            Name = "c",
            HostName = "c-1",
        };
        MappedRequest read = MappedRequest.Parse(request.ToArguments().ToArray().AsSpan(1));
        Assert.Equal(request.ToArguments(), read.ToArguments());
        Assert.Equal(LxcErrorId.StorageFailed, Assert.Throws<LxcException>(() => MappedRequest.Parse(["--directory"])).ErrorId);
        Assert.Equal(LxcErrorId.StorageFailed, Assert.Throws<LxcException>(() => MappedRequest.Parse(["--report", "3"])).ErrorId);
    }

    [Theory]
    [InlineData(true, false, "", "empty", null)]
    [InlineData(false, false, "", "empty", "lxc.idmap")]
    [InlineData(true, true, "", "empty", "lxc.rootfs.options")]
    [InlineData(true, false, "/a b none bind,idmap=container", "empty", "lxc.mount.entry")]
    [InlineData(true, false, "/a b none bind", "none", null)]
    public void WhatRootAloneCanHaveIsRefusedWithTheKey(bool userNamespace, bool idMapRootfs, string mount, string network, string? key)
    {
        void Require() => RootlessRules.Require("c", userNamespace ? Processes.CLONE_NEWUSER : 0, idMapRootfs, mount.Length == 0 ? [] : [MountEntry.Parse(mount)],
            NetworkPlan.Parse([new("lxc.net.0.type", network)]));
        if (key is null)
        {
            Require();
            return;
        }

        LxcException e = Assert.Throws<LxcException>(Require);
        Assert.Equal(LxcErrorId.PermissionDenied, e.ErrorId);
        Assert.Equal(key, e.ConfigKey);
        Assert.NotNull(e.Advice);
    }

    private SubordinateIds Ids(string users, string groups)
    {
        string userFile = Path.Combine(directory.Path, "subuid");
        string groupFile = Path.Combine(directory.Path, "subgid");
        File.WriteAllText(userFile, users);
        File.WriteAllText(groupFile, groups);
        return SubordinateIds.Read(userFile, groupFile);
    }
}

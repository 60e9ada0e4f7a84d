using LxcPS.Engine;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Store;
using Xunit;

namespace LxcPS.Tests;

public sealed class ContainerStoreTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly ContainerStore store;

    public ContainerStoreTests() => store = new ContainerStore(directory.Path + "/lxc/") { RuntimeDirectory = directory.Path + "/run" };

    public void Dispose() => directory.Dispose();

    [Fact]
    public void PathsAreThoseOfLxc()
    {
        Assert.Equal(directory.Path + "/lxc", store.LxcPath);
        Assert.Equal(directory.Path + "/lxc/c1/config", store.ConfigPathOf("c1"));
        Assert.Equal(directory.Path + "/lxc/c1/rootfs", store.RootfsPathOf("c1"));
        Assert.Equal(Environment.CurrentDirectory + "/x", new ContainerStore("./y/../x").LxcPath);
    }

    [Fact]
    public void NamesAreDirectoriesWithAConfiguration()
    {
        Assert.Empty(store.Names());
        foreach (string name in (string[])["b", "a", "B", ".hidden", "making", "bücher"])
        {
            directory.Make($"lxc/{name}/config");
        }

        directory.Make("lxc/making/partial");
        directory.Make("lxc/file");
        directory.Make("elsewhere/config");
        Directory.CreateDirectory(store.LxcPath + "/empty");
        Directory.CreateSymbolicLink(store.LxcPath + "/linked", directory.Path + "/elsewhere");
        Directory.CreateSymbolicLink(store.LxcPath + "/broken", directory.Path + "/nowhere");
        Assert.Equal(["B", "a", "b", "bücher", "linked"], store.Names());
        Assert.True(store.Exists("a"));
        Assert.False(store.Exists("making"));
        Assert.False(store.Exists("../lxc/a"));
    }

    [Fact]
    public void AConfigurationIsLoadedOrMissed()
    {
        directory.Make("lxc/c1/config", "lxc.uts.name = c1\n");
        Assert.Equal("c1", store.LoadConfig("c1").Get("lxc.uts.name"));
        LxcException error = Assert.Throws<LxcException>(() => store.LoadConfig("c2"));
        Assert.Equal((LxcErrorId.ContainerNotFound, "c2"), (error.ErrorId, error.ContainerName));
        Assert.Equal(LxcErrorId.InvalidName, Assert.Throws<LxcException>(() => store.LoadConfig("../c1")).ErrorId);
    }

    [Fact]
    public void ACreationIsSeenWhenItIsCommitted()
    {
        using ContainerCreation creation = store.BeginCreate("c1");
        Assert.True(File.Exists(store.DirectoryOf("c1") + "/partial"));
        Assert.Equal((UnixFileMode)0x1F8, File.GetUnixFileMode(creation.Directory));
        Assert.Equal(LxcErrorId.StorageFailed, Assert.Throws<LxcException>(creation.Commit).ErrorId);
        ContainerConfig config = ContainerConfig.Create(creation.ConfigPath);
        config.Set("lxc.uts.name", "c1");
        config.Save();
        Assert.Empty(store.Names());
        creation.Commit();
        Assert.Equal(["c1"], store.Names());
        Assert.Equal(["config"], Entries(store.DirectoryOf("c1")));
        creation.Dispose();
        Assert.Equal(["c1"], store.Names());
    }

    [Fact]
    public void ACreationThatIsNotCommittedLeavesNothing()
    {
        using (ContainerCreation creation = store.BeginCreate("c1"))
        {
            directory.Make("lxc/c1/rootfs/etc/hostname", "x");
            directory.Make("lxc/c1/config");
        }

        Assert.Empty(Entries(store.LxcPath));
        store.BeginCreate("c1").Dispose();
    }

    [Fact]
    public void OfTwoCreatorsOneGetsTheName()
    {
        using ContainerCreation first = store.BeginCreate("c1");
        LxcException error = Assert.Throws<LxcException>(() => store.BeginCreate("c1"));
        Assert.Equal(LxcErrorId.ContainerExists, error.ErrorId);
        Assert.Contains("another session", error.Message);
        Assert.Equal(LxcErrorId.ContainerBusy, Assert.Throws<LxcException>(() => store.Delete("c1")).ErrorId);
        Assert.Equal(["c1"], Entries(store.LxcPath));
        File.WriteAllText(first.ConfigPath, "");
        first.Commit();
        Assert.Contains("already", Assert.Throws<LxcException>(() => store.BeginCreate("c1")).Message);
        Assert.Equal(["c1"], Entries(store.LxcPath));
    }

    [Fact]
    public void ManyCreatorsAtOnceMakeOneContainer()
    {
        int made = 0;
        int refused = 0;
        Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            try
            {
                using ContainerCreation creation = store.BeginCreate("c1");
                File.WriteAllText(creation.ConfigPath, "");
                creation.Commit();
                Interlocked.Increment(ref made);
            }
            catch (LxcException e) when (e.ErrorId == LxcErrorId.ContainerExists)
            {
                Interlocked.Increment(ref refused);
            }
        });
        Assert.Equal((1, 15), (made, refused));
        Assert.Equal(["c1"], Entries(store.LxcPath));
    }

    [Fact]
    public void WhatAKilledCreatorLeftIsCleared()
    {
        directory.Make("lxc/c1/partial");
        directory.Make("lxc/c1/config");
        directory.Make("lxc/c1/rootfs/x");
        directory.Make("lxc/.c2.creating-0123abcd/partial");
        directory.Make("lxc/.c3.removing-0123abcd/rootfs/x");
        directory.Make("lxc/.c3.removing-notours/rootfs/x");
        Directory.CreateDirectory(store.LxcPath + "/c4");
        using ContainerCreation creation = store.BeginCreate("c1");
        Assert.Equal(["partial"], Entries(store.DirectoryOf("c1")));
        Assert.Equal([".c3.removing-notours", "c1", "c4"], Entries(store.LxcPath));
        store.BeginCreate("c4").Dispose();
    }

    [Fact]
    public void ADirectoryThatIsNoContainerIsNotTouched()
    {
        directory.Make("lxc/stuff/precious");
        Assert.Equal(LxcErrorId.ContainerExists, Assert.Throws<LxcException>(() => store.BeginCreate("stuff")).ErrorId);
        Assert.Equal(LxcErrorId.ContainerNotFound, Assert.Throws<LxcException>(() => store.Delete("stuff")).ErrorId);
        Assert.True(File.Exists(store.LxcPath + "/stuff/precious"));
    }

    [Fact]
    public void ADeletedContainerIsGoneAndLinksOutOfItAreNot()
    {
        directory.Make("outside/file", "kept");
        directory.Make("lxc/c1/config");
        directory.Make("lxc/c1/rootfs/etc/passwd");
        Directory.CreateSymbolicLink(store.RootfsPathOf("c1") + "/trap", directory.Path + "/outside");
        Directory.CreateSymbolicLink(store.RootfsPathOf("c1") + "/up", "../../../outside");
        directory.Make("lxc/.old.removing-89abcdef/x");
        store.Delete("c1");
        Assert.Empty(Entries(store.LxcPath));
        Assert.Equal("kept", File.ReadAllText(directory.Path + "/outside/file"));
        Assert.Equal(LxcErrorId.ContainerNotFound, Assert.Throws<LxcException>(() => store.Delete("c1")).ErrorId);
    }

    [Fact]
    public void ALinkInPlaceOfAContainerIsRefused()
    {
        directory.Make("elsewhere/config");
        Directory.CreateDirectory(store.LxcPath);
        Directory.CreateSymbolicLink(store.LxcPath + "/linked", directory.Path + "/elsewhere");
        Assert.Contains("symbolic link", Assert.Throws<LxcException>(() => store.Delete("linked")).Message);
        Assert.True(File.Exists(directory.Path + "/elsewhere/config"));
    }

    [Fact]
    public void ADeletionNeedsTheLockOrGetsIt()
    {
        directory.Make("lxc/c1/config");
        using ContainerLock held = store.Lock("c1", TimeSpan.Zero);
        store.Delete("c1", held);
        Assert.Empty(store.Names());
    }

    [Fact]
    public void IdMapsAreThoseOfAllContainers()
    {
        directory.Make("lxc/a/config", "lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 200000 65536\n");
        directory.Make("lxc/b/config", "lxc.idmap = u 0 300000 65536\nlxc.oops\n");
        directory.Make("lxc/b/partial");
        directory.Make("lxc/c/config", $"lxc.uts.name = c\nlxc.include = {directory.Path}/more\n# lxc.idmap = u 0 500000 65536\n");
        directory.Make("more", "lxc.idmap = u 0 400000 65536\n");
        Assert.Equal([100000u, 200000u, 300000u, 400000u], store.IdMapsInUse().Select(map => map.HostId).Order());
        using ContainerLock ids = store.LockIds(TimeSpan.Zero);
        Assert.Equal(LxcErrorId.ContainerBusy, Assert.Throws<LxcException>(() => store.LockIds(TimeSpan.Zero)).ErrorId);
    }

    private static string[] Entries(string path) =>
        [.. Directory.GetFileSystemEntries(path).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)];
}

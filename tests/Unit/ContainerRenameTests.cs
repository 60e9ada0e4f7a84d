using LxcPS.Engine;
using LxcPS.Engine.Store;
using Xunit;

namespace LxcPS.Tests;

public sealed class ContainerRenameTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly ContainerStore store;

    public ContainerRenameTests() => store = new ContainerStore(directory.Path + "/lxc") { RuntimeDirectory = directory.Path + "/run" };

    private string Lxc => store.LxcPath;

    public void Dispose() => directory.Dispose();

    [Fact]
    public void PathsIntoTheContainerFollowItsName()
    {
        directory.Make("lxc/old/config", ConfigOf("old"));
        directory.Make("lxc/old/fstab", $"{Lxc}/old/share srv none bind 0 0\n/old x none bind 0 0\n");
        directory.Make("lxc/old/snaps/snap0/config", $"lxc.rootfs.path = {Lxc}/old/snaps/snap0/rootfs\n");
        store.Rename("old", "new name");
        Assert.Equal(["new name"], store.Names());
        Assert.Equal(ConfigOf("new name", escaped: "new\\040name"), File.ReadAllText(store.ConfigPathOf("new name")));
        Assert.Equal($"lxc.rootfs.path = {Lxc}/new name/snaps/snap0/rootfs\n", File.ReadAllText($"{Lxc}/new name/snaps/snap0/config"));
        Assert.Equal(["config", "fstab", "snaps"], Directory.GetFileSystemEntries($"{Lxc}/new name").Select(Path.GetFileName).Order());
    }

    [Fact]
    public void AChangeKilledBeforeTheMoveIsTakenBack()
    {
        directory.Make("lxc/old/config", ConfigOf("old"));
        directory.Make("lxc/old/.renaming", "old\nnew\n");
        Assert.Equal("old", store.LoadConfig("old").Get("lxc.uts.name"));
        Assert.False(File.Exists($"{Lxc}/old/.renaming"));
    }

    [Fact]
    public void AChangeKilledAfterTheMoveIsFinished()
    {
        directory.Make("lxc/new/config", ConfigOf("old"));
        directory.Make("lxc/new/.renaming", "old\nnew\n");
        Assert.Equal(Lxc + "/new/rootfs", store.LoadConfig("new").Get("lxc.rootfs.path"));
        Assert.Equal(ConfigOf("new"), File.ReadAllText(store.ConfigPathOf("new")));
        Assert.False(File.Exists($"{Lxc}/new/.renaming"));
    }

    [Fact]
    public void ANameThatIsTakenIsRefused()
    {
        directory.Make("lxc/a/config", ConfigOf("a"));
        directory.Make("lxc/b/config");
        directory.Make("lxc/.x/config");
        Assert.Equal(LxcErrorId.ContainerExists, Assert.Throws<LxcException>(() => store.Rename("a", "b")).ErrorId);
        Assert.Equal(LxcErrorId.ContainerNotFound, Assert.Throws<LxcException>(() => store.Rename("c", "d")).ErrorId);
        Assert.Equal(LxcErrorId.InvalidName, Assert.Throws<LxcException>(() => store.Rename("a", "../x")).ErrorId);
        Assert.Equal(["a", "b"], store.Names());
        Assert.Equal(["config"], Directory.GetFileSystemEntries($"{Lxc}/a").Select(Path.GetFileName));
        store.Rename("a", "a");
        Assert.Equal(ConfigOf("a"), File.ReadAllText(store.ConfigPathOf("a")));
    }

    private string ConfigOf(string name, string? escaped = null) => $"""
        # {Lxc}/old is a comment
        lxc.uts.name = {name}
        lxc.rootfs.path   =   {Lxc}/{name}/rootfs
        lxc.mount.fstab = {Lxc}/{name}/fstab
        lxc.console.logfile = "{Lxc}/{name}/console.log"
        lxc.mount.entry = {Lxc}/{escaped ?? name}/share srv none bind,upperdir={Lxc}/{escaped ?? name} 0 0
        lxc.mount.entry = {Lxc}/older/share srv none bind 0 0
        lxc.mount.entry = /x{Lxc}/old/share srv none bind 0 0
        lxc.hook.start = /bin/old

        """;
}

using LxcPS.Engine;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Storage;
using Xunit;

namespace LxcPS.Tests;

public class StorageTaskTests
{
    [Fact]
    public void TravelsAsArguments()
    {
        StorageTask task = new()
        {
            ReportDescriptor = 3, Name = "--name", Directory = "/a b/c", Rootfs = "loop:/a b/c/rootdev", Size = 5_000_000_000, FileSystem = "xfs", Template = "--template",
            Source = "overlay:/l:/u", HostName = "new", OldHostName = "old",
        };
        List<string> arguments = task.ToArguments();
        Assert.Equal("storage", arguments[0]);
        StorageTask read = StorageTask.Parse(arguments.ToArray().AsSpan(1));
        Assert.Equivalent(task, read, strict: true);
    }

    [Theory]
    [InlineData("--name")]
    [InlineData("--report", "3", "--name", "x", "--directory", "/x", "--rootfs", "dir:/x")]
    [InlineData("--report", "three", "--name", "x", "--directory", "/x", "--rootfs", "dir:/x", "--size", "0")]
    public void RefusesWhatIsIncomplete(params string[] arguments) =>
        Assert.Equal(LxcErrorId.StorageFailed, Assert.Throws<LxcException>(() => StorageTask.Parse(arguments)).ErrorId);

    [Theory]
    [InlineData("/srv/root", "dir", "/srv/root", false)]
    [InlineData("dir:/srv/a:b", "dir", "/srv/a:b", false)]
    [InlineData("btrfs:/srv/x/rootfs", "btrfs", "/srv/x/rootfs", false)]
    [InlineData("loop:/srv/x/rootdev", "loop", "/srv/x/rootdev", true)]
    [InlineData("lvm:/dev/lxc/x", "lvm", "/dev/lxc/x", true)]
    [InlineData("zfs:lxc/x", "zfs", "lxc/x", false)]
    [InlineData("overlay:/lower:/upper", "overlay", "/upper", false)]
    public void ReadsABackingStore(string text, string type, string directory, bool hasFileSystem)
    {
        RootfsSource source = RootfsSource.Parse(text);
        Assert.Equal((text, type, directory, hasFileSystem), (source.Text, source.Type, source.Directory, source.HasFileSystem));
    }

    [Theory]
    [InlineData("nbd:/srv/x.qcow2")]
    public void NamesABackingStoreThatIsNotThere(string text)
    {
        LxcException error = Assert.Throws<LxcException>(() => RootfsSource.Parse(text));
        Assert.Equal((LxcErrorId.ConfigUnsupported, "lxc.rootfs.path"), (error.ErrorId, error.ConfigKey));
        Assert.Contains($"'{text[..3]}'", error.Message);
    }
}

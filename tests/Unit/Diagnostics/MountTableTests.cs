using LxcPS.Engine.Diagnostics;
using Xunit;

namespace LxcPS.Tests.Diagnostics;

public class MountTableTests
{
    private const string Text =
        "22 27 0:21 / /proc rw,relatime shared:12 - proc proc rw\n"
        + "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n"
        + "40 27 0:50 / /srv/my\\040data rw,nosuid,noexec shared:1 master:2 - xfs /dev/vdb ro,attr2\n"
        + "41 40 0:51 / /srv/my\\040data/lxc rw - tmpfs none rw\n"
        + "broken line\n";

    [Fact]
    public void AMountIsFoundByTheLongestPoint()
    {
        MountTable table = MountTable.Parse(Text);
        Assert.Equal("ext4", table.Of("/var/lib/lxc")!.Value.Type);
        Assert.Equal("xfs", table.Of("/srv/my data/other")!.Value.Type);
        Assert.Equal("tmpfs", table.Of("/srv/my data/lxc")!.Value.Type);
        Assert.Equal("ext4", table.Of("/procession")!.Value.Type);
    }

    [Fact]
    public void OptionsOfMountAndFileSystemAreToldApart()
    {
        MountFact mount = MountTable.Parse(Text).Of("/srv/my data")!.Value;
        Assert.Equal("rw,nosuid,noexec", mount.Options);
        Assert.Equal("ro,attr2", mount.SuperOptions);
        Assert.True(mount.IsReadOnly);
        Assert.False(MountTable.Parse(Text).Of("/")!.Value.IsReadOnly);
    }
}

using LxcPS.Engine.Storage;
using Xunit;

namespace LxcPS.Tests;

public class ZfsDatasetTests
{
    [Fact]
    public void ReadsWhatZfsWrites() =>
        Assert.Equal(
            [new ZfsDataset("lxc", "-", "-"), new ZfsDataset("lxc/a b", "lxc/c@lxcps_0a", "lxcps_0b")],
            ZfsDataset.Parse("lxc\t-\t-\nlxc/a b\tlxc/c@lxcps_0a\tlxcps_0b\nno line of it\n"));
}

using LxcPS.Engine.Diagnostics;
using Xunit;

namespace LxcPS.Tests.Diagnostics;

public class IdMapSupportTests
{
    [Theory]
    [InlineData("ext4", 5, 12, true)]
    [InlineData("ext4", 5, 11, false)]
    [InlineData("tmpfs", 6, 1, false)]
    [InlineData("tmpfs", 6, 3, true)]
    [InlineData("nfs4", 6, 18, false)]
    [InlineData("zfs", 6, 18, null)]
    public void SupportDependsOnTypeAndKernel(string type, int major, int minor, bool? supported) =>
        Assert.Equal(supported, IdMapSupport.Of(type, new KernelVersion(major, minor)));
}

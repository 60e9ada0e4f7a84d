using LxcPS.Engine.Diagnostics;
using Xunit;

namespace LxcPS.Tests.Diagnostics;

public class KernelVersionTests
{
    [Theory]
    [InlineData("6.1.0-18-amd64", 6, 1)]
    [InlineData("5.15.167.4-microsoft-standard-WSL2", 5, 15)]
    [InlineData("6.18-rc3", 6, 18)]
    [InlineData("7", 7, 0)]
    [InlineData("unknown", 0, 0)]
    public void TheFirstTwoNumbersCount(string release, int major, int minor) =>
        Assert.Equal(new KernelVersion(major, minor), KernelVersion.Parse(release));

    [Fact]
    public void VersionsAreComparedAsNumbers()
    {
        Assert.True(KernelVersion.Parse("5.12.0").IsAtLeast(5, 12));
        Assert.True(KernelVersion.Parse("6.2").IsAtLeast(5, 12));
        Assert.False(KernelVersion.Parse("5.4").IsAtLeast(5, 12));
    }
}

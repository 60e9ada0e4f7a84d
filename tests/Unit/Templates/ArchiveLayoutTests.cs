using LxcPS.Engine.Templates;
using Xunit;

namespace LxcPS.Tests.Templates;

public class ArchiveLayoutTests
{
    [Theory]
    [InlineData("bin\netc/\netc/passwd\nus", "", 0)]
    [InlineData("./\n./bin\n./etc/\n", "./", 0)]
    [InlineData("rootfs/\nrootfs/bin/\nroot", "rootfs/", 1)]
    [InlineData("./\n./rootfs/\n./rootfs/etc/\n", "./rootfs/", 2)]
    [InlineData("metadata.yaml\ntemplates/\ntemplates/hosts.tpl\nrootfs/\n", "rootfs/", 1)]
    [InlineData("rootfs/\nrootfs/bin\nother/\n", "", 0)]
    [InlineData("", "", 0)]
    public void TheRootIsFound(string listing, string prefix, int strip)
    {
        ArchiveLayout layout = ArchiveLayout.Of(listing);
        Assert.Equal((prefix, strip), (layout.Prefix, layout.Strip));
        Assert.Equal(listing.Contains("metadata.yaml"), layout.IsImage);
    }
}

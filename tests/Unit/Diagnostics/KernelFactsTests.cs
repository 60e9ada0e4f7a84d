using LxcPS.Engine.Diagnostics;
using Xunit;

namespace LxcPS.Tests.Diagnostics;

public class KernelFactsTests
{
    [Fact]
    public void TheTypeIsTheLastWord() =>
        Assert.Equal(["sysfs", "overlay", "ext4"], KernelFacts.ParseFileSystems("nodev\tsysfs\nnodev\toverlay\n\text4\n"));

    [Theory]
    [InlineData("kernel/drivers/net/veth.ko.xz:", "veth", true)]
    [InlineData("kernel/net/netfilter/nf_tables.ko: kernel/lib/libcrc32c.ko", "nf_tables", true)]
    [InlineData("kernel/net/nf-tables.ko.zst:", "nf_tables", true)]
    [InlineData("kernel/drivers/net/xveth.ko:", "veth", false)]
    public void ModulesAreFoundByFileName(string table, string module, bool found) =>
        Assert.Equal(found, KernelFacts.HasModule(table, module));
}

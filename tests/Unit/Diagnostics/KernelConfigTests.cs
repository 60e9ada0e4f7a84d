using LxcPS.Engine.Diagnostics;
using Xunit;

namespace LxcPS.Tests.Diagnostics;

public class KernelConfigTests
{
    [Fact]
    public void OptionsAreReadAndCommentsAreNot()
    {
        KernelConfig config = KernelConfig.Parse("#\n# Linux/x86 6.1.0\n#\nCONFIG_USER_NS=y\nCONFIG_VETH=m\n# CONFIG_IPVLAN is not set\nCONFIG_LSM=\"lockdown,yama\"\n", "/boot/config");
        Assert.Equal("y", config.Get("CONFIG_USER_NS"));
        Assert.Equal("m", config.Get("CONFIG_VETH"));
        Assert.Null(config.Get("CONFIG_IPVLAN"));
        Assert.Equal("\"lockdown,yama\"", config.Get("CONFIG_LSM"));
        Assert.True(config.IsKnown);
        Assert.Equal("/boot/config", config.Source);
    }

    [Fact]
    public void NoTextIsNotKnown() => Assert.False(KernelConfig.Parse(string.Empty).IsKnown);
}

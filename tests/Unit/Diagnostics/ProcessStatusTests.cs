using LxcPS.Engine.Diagnostics;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests.Diagnostics;

public class ProcessStatusTests
{
    private const string Text = "Name:\tpwsh\nCapInh:\t0000000000000000\nCapEff:\t000001ffffffffff\nNoNewPrivs:\t1\n";

    [Fact]
    public void FieldsAreRead()
    {
        Assert.Equal("1", ProcessStatus.Field(Text, "NoNewPrivs"));
        Assert.Equal(0x1ffffffffffUL, ProcessStatus.Mask(Text, "CapEff"));
        Assert.Equal(0UL, ProcessStatus.Mask(Text, "CapBnd"));
        Assert.Null(ProcessStatus.Field(Text, "Cap"));
    }

    [Fact]
    public void MissingCapabilitiesAreNamedWithTheirPurpose()
    {
        Assert.Empty(SecurityChecks.MissingOf(0x1ffffffffff));
        Assert.Equal(["sys_admin (namespaces, mounts and cgroups)"], SecurityChecks.MissingOf(0x1ffffffffff & ~(1UL << Capabilities.Find("sys_admin"))));
    }
}

using LxcPS.Engine.Mounts;
using LxcPS.Engine.Templates;
using Xunit;

namespace LxcPS.Tests.Templates;

public class MountFieldTests
{
    [Fact]
    public void WhatIsEscapedIsReadBack()
    {
        const string Path = "/srv/my box, the #1\\2";
        MountEntry entry = MountEntry.Parse($"overlay usr overlay lowerdir=/usr,upperdir={MountField.Escape(Path)}/upper,workdir=/w,create=dir 0 0");
        Assert.Equal(["lowerdir=/usr", $"upperdir={Path}/upper", "workdir=/w"], entry.Options);
        Assert.True(entry.CreateDirectory);
    }

    [Fact]
    public void OrdinaryPathsStay() => Assert.Equal("/var/lib/lxc/web-1/overlay", MountField.Escape("/var/lib/lxc/web-1/overlay"));
}

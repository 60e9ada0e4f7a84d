using LxcPS.Engine.Storage;
using Xunit;

namespace LxcPS.Tests;

public class LogicalVolumeTests
{
    [Fact]
    public void ReadsWhatLvsWrites()
    {
        List<LogicalVolume> volumes = LogicalVolume.Parse("  lxc|twi-aotz--||209715200|\n  one|Vwi-a-tz--||1073741824|lxcps_0a,other\n  two|swi-a-s---|base|33554432|\n\n  WARNING: something\n");
        Assert.Equal(["lxc", "one", "two"], volumes.Select(volume => volume.Name));
        Assert.Equal([(true, false, false), (false, true, false), (false, false, true)], volumes.Select(volume => (volume.IsThinPool, volume.IsThin, volume.IsSnapshot)));
        Assert.Equal((1073741824, "base"), (volumes[1].Size, volumes[2].Origin));
        Assert.Equal(["lxcps_0a", "other"], volumes[1].Tags);
        Assert.Empty(volumes[2].Tags);
    }

    [Theory]
    [InlineData("/dev/lxc/x", "lxc", "x")]
    [InlineData("/dev/sda1", null, null)]
    [InlineData("/dev/mapper/lxc-x", null, null)]
    [InlineData("/srv/lxc/x", null, null)]
    [InlineData("/dev//x", null, null)]
    public void TellsAVolumeFromOtherDevices(string path, string? group, string? volume) =>
        Assert.Equal((group, volume), LvmStorage.PartsOf(path) is { } parts ? (parts.Group, parts.Volume) : (null, null));

    [Theory]
    [InlineData("/var/lib/lxc/web", "web")]
    [InlineData("/var/lib/lxc/web/snaps/snap0", "web.snap0")]
    [InlineData("/var/lib/lxc/web/.restore/new", "web")]
    [InlineData("/srv/a b+c", "a_b_c")]
    [InlineData("/srv/snapshot1", "lxc.snapshot1")]
    [InlineData("/srv/a_tdata", "lxc.a.tdata")]
    public void NamesAVolumeAsTheContainer(string directory, string name) => Assert.Equal(name, VolumeName.For(directory, ["other"]));

    [Fact]
    public void NamesItAnewWhereTheNameIsTakenOrTooLong()
    {
        Assert.Matches("^web[.][0-9a-f]{8}$", VolumeName.For("/var/lib/lxc/web", ["web"]));
        Assert.Matches("^w{50}[.][0-9a-f]{8}$", VolumeName.For("/var/lib/lxc/" + new string('w', 200), []));
    }
}

using LxcPS.Engine.Store;
using Xunit;

namespace LxcPS.Tests;

public sealed class SystemSettingsTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void TheFirstLineOfAKeyCountsAndTheRestIsDefault()
    {
        string file = directory.Make("lxc.conf", "# lxc.lxcpath = /no\nlxc.bdev.lvm.vg = x\n lxc.lxcpath = /srv/lxc/ \nlxc.lxcpath = /other\nlxc.cgroup.pattern=a/%n\nlxc.lxcpaths = /x");
        SystemSettings settings = SystemSettings.Read(true, directory.Path, "/root", "/data");
        Assert.Equal(SystemSettings.Keys, settings.All.Select(setting => setting.Key));
        Assert.Contains(new SystemSetting("lxc.lxcpath", "/srv/lxc", file, 3), settings.All);
        Assert.Contains(new SystemSetting("lxc.bdev.lvm.vg", "x", file, 2), settings.All);
        Assert.Contains(new SystemSetting("lxc.bdev.zfs.root", "lxc", null, 0), settings.All);
        Assert.Contains(new SystemSetting("lxc.default_config", directory.Path + "/default.conf", null, 0), settings.All);
        Assert.Equal("a/%n", settings.Get(SystemSettings.CgroupPattern));
        Assert.Null(settings.Get(SystemSettings.CgroupUse));
        Assert.Equal((true, false), (settings.IsSet(SystemSettings.LvmGroup), settings.IsSet(SystemSettings.LvmThinPool)));
    }

    [Fact]
    public void AUserHasFilesOfHisOwn()
    {
        string file = directory.Make("home/.config/lxc/lxc.conf", "lxc.lxcpath = /mine\n");
        SystemSettings settings = SystemSettings.Read(false, "/etc/lxc", directory.Path + "/home/", "/data");
        Assert.Contains(new SystemSetting("lxc.lxcpath", "/mine", file, 1), settings.All);
        Assert.Equal(directory.Path + "/home/.config/lxc/default.conf", settings.Get(SystemSettings.DefaultConfig));
    }

    [Fact]
    public void WithoutAFileContainersAreWhereLxcHasThem()
    {
        Assert.Equal("/var/lib/lxc", SystemSettings.Read(true, "/none", "/root", "/data").Get(SystemSettings.LxcPath));
        Assert.Equal("/data/lxc", SystemSettings.Read(false, "/none", "/none", "/data").Get(SystemSettings.LxcPath));
        Assert.Equal("/none/.local/share/lxc", SystemSettings.Read(false, "/none", "/none", null).Get(SystemSettings.LxcPath));
        directory.Make("lxc.conf", "lxc.lxcpath =\n");
        Assert.Equal("/var/lib/lxc", SystemSettings.Read(true, directory.Path, "/root", null).Get(SystemSettings.LxcPath));
    }
}

using LxcPS.Engine;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Devices;
using Xunit;

namespace LxcPS.Tests;

public class DevicePathTests
{
    [Theory]
    [InlineData("/dev/fuse", "/dev/fuse")]
    [InlineData("//dev//snd/./pcm", "/dev/snd/pcm")]
    [InlineData("/opt/a place", "/opt/a place")]
    [InlineData("/dev/ttyUSB0", "/dev/ttyUSB0")]
    [InlineData("/dev/nullx", "/dev/nullx")]
    public void APlaceIsKeptInOneForm(string path, string expected) => Assert.Equal(expected, DevicePath.Parse(path));

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/.")]
    [InlineData("dev/fuse")]
    [InlineData("/dev/")]
    [InlineData("/dev/../x")]
    [InlineData("/dev/a\nb")]
    [InlineData("/dev/a\0b")]
    [InlineData("/dev/null")]
    [InlineData("/dev//./null")]
    [InlineData("/dev/tty12")]
    [InlineData("/dev/pts/3")]
    [InlineData("/dev/stdin")]
    [InlineData("/proc/kcore")]
    [InlineData("/sys/x")]
    public void NoDeviceCanBeThere(string path) =>
        Assert.Equal(LxcErrorId.DeviceInvalid, Assert.Throws<LxcException>(() => DevicePath.Parse(path)).ErrorId);

    [Theory]
    [InlineData("/dev/nothing-here", LxcErrorId.DeviceNotFound)]
    [InlineData("/dev", LxcErrorId.DeviceInvalid)]
    [InlineData("/etc/passwd", LxcErrorId.DeviceInvalid)]
    public void WhatIsNoDeviceOfTheHost(string path, string id) =>
        Assert.Equal(id, Assert.Throws<LxcException>(() => HostDevice.Find(path)).ErrorId);

    [Fact]
    public void ADeviceOfTheHost()
    {
        HostDevice device = HostDevice.Find("/dev/null");
        Assert.Equal(('c', 1, 3), (device.Type, device.Major, device.Minor));
        Assert.True(device.IsSame(HostDevice.Find("/proc/self/../../dev/null")));
        Assert.False(device.IsSame(HostDevice.Find("/dev/zero")));
    }

    [Fact]
    public void ARequestTravelsAsACommandLine()
    {
        DeviceRequest request = new()
        {
            Action = DeviceRequest.Verb.Add,
            LxcPath = "/var/lib/lxc",
            Name = "c 1",
            Device = new HostDevice("/dev/a b", 'b', 259, 1048575, 0),
            Mode = 0x1A0,
            Targets = ["/dev/x y"],
        };
        IReadOnlyList<string> arguments = request.ToArguments(reportDescriptor: 3);
        Assert.Equal("device", arguments[0]);
        DeviceRequest read = DeviceRequest.Parse(arguments.Skip(1).ToArray());
        Assert.Equal((request.Action, request.LxcPath, request.Name, request.Device, request.Mode, 3),
            (read.Action, read.LxcPath, read.Name, read.Device, read.Mode, read.ReportDescriptor));
        Assert.Equal(request.Targets, read.Targets);
    }

    [Theory]
    [InlineData("")]
    [InlineData("list")]
    [InlineData("--lxcpath / --name c")]
    [InlineData("--lxcpath / --name c spoil")]
    [InlineData("--lxcpath / --name c add /dev/x c 1 3")]
    [InlineData("--lxcpath / --name c add /dev/x c one 3 0 /dev/y")]
    public void WhatIsNoRequest(string arguments) =>
        Assert.Throws<LxcException>(() => DeviceRequest.Parse(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [Fact]
    public void TheEntriesOfAConfiguration()
    {
        ContainerConfig config = ContainerConfig.Parse(string.Empty, "config");
        DeviceEntry.Add(config, "/dev/null", "/dev/a place");
        config.Add("lxc.mount.entry", "/tmp tmp none bind 0 0");
        config.Add("lxc.mount.entry", "/dev/nothing-here dev/gone none bind,create=file,optional 0 0");
        config.Add("lxc.mount.entry", "/etc/nothing-here etc/gone none bind,create=file,optional 0 0");
        config.Add("lxc.mount.entry", "proc proc proc nodev 0 0");
        Assert.Equal("/dev/null dev/a\\040place none bind,create=file,optional 0 0", config.GetAll("lxc.mount.entry")[0]);
        IReadOnlyList<DeviceEntry> entries = DeviceEntry.Of(config);
        Assert.Equal(["/dev/a place", "/dev/gone"], entries.Select(entry => entry.Target));
        Assert.Equal((3, null), (entries[0].Device?.Minor, entries[1].Device));
        entries[0].RemoveFrom(config);
        Assert.Equal(4, config.GetAll("lxc.mount.entry").Length);
    }
}

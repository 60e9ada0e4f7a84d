using LxcPS.Engine.Templates;
using Xunit;

namespace LxcPS.Tests.Templates;

public class HostFilesTests
{
    [Fact]
    public void ServersOnLoopbackAreDropped() =>
        Assert.Equal("nameserver 192.0.2.53\nsearch example.org lan\noptions edns0\n", HostFiles.WithoutLoopback(
            "# stub\nnameserver 127.0.0.53\nnameserver   192.0.2.53\nnameserver ::1\nsearch example.org lan\noptions edns0\n"));

    [Fact]
    public void AMachineIdIsAFreshUuid()
    {
        string id = HostFiles.MachineId();
        Assert.Matches("^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$", id);
        Assert.NotEqual(id, HostFiles.MachineId());
    }
}

using LxcPS.Engine.Operations;
using LxcPS.Engine.Protocol;
using Xunit;

namespace LxcPS.Tests.Operations;

public class RunningSetTests
{
    private const string Table =
        "Num       RefCount Protocol Flags    Type St Inode Path\n" +
        "0000000000000000: 00000002 00000000 00010000 0001 01 11111 @/var/lib/lxc/web1/command\n" +
        "0000000000000000: 00000003 00000000 00000000 0001 03 11112 @/var/lib/lxc/web1/command\n" +
        "0000000000000000: 00000002 00000000 00010000 0001 01 22222 /run/systemd/private\n" +
        "0000000000000000: 00000002 00000000 00010000 0001 01 33333 @/var/lib/lxc/with blank/command\n" +
        "0000000000000000: 00000002 00000000 00010000 0001 01 44444 @/var/lib/lxc/web2/commander\n";

    [Theory]
    [InlineData("web1", true)]
    [InlineData("with blank", true)]
    [InlineData("web2", false)]
    [InlineData("web", false)]
    public void KnowsContainersByTheirCommandSocket(string name, bool expected) =>
        Assert.Equal(expected, RunningSet.Parse(Table).Contains("/var/lib/lxc", name));

    [Fact]
    public void FindsANameThatIsTooLongForASocket()
    {
        string name = new('n', 120);
        string socket = ControlSocket.NameOf("/var/lib/lxc", name);
        Assert.DoesNotContain(name, socket);
        Assert.True(RunningSet.Parse($"0: 2 0 10000 1 1 5 @{socket}\n").Contains("/var/lib/lxc", name));
    }
}

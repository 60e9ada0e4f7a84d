using LxcPS.Engine.Rootless;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests;

public sealed class HostUserTests
{
    [Theory]
    [InlineData("root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/sh\n", 1000u, "ann")]
    [InlineData("ann:x:1000:1000::/home/ann:/bin/sh\nbea:x:1000:1000::/home/bea:/bin/sh\n", 1000u, "ann")]
    [InlineData("+::::::\nbroken\nann:x:-1:0::/:/bin/sh\nann:x:99999999999:0::/:/bin/sh\n", 1000u, null)]
    [InlineData("#ann:x:1000:1000::/:/bin/sh\n+eve:x:1000:1000::/:/bin/sh\n-eve:x:1000:1000::/:/bin/sh\n:x:1000:1000::/:/bin/sh\neve:x:1000\n bea:x:1000:1000::/:/bin/sh\n", 1000u, "bea")]
    [InlineData("", 0u, null)]
    public void TheFirstLineWithTheNumberHasTheName(string passwd, uint id, string? name) => Assert.Equal(name, HostUser.NameOf(passwd, id));

    [Fact]
    public void TheNameIsWhatTheSystemSays()
    {
        uint id = Processes.EffectiveUserId;
        Assert.Equal(Environment.UserName is { Length: > 0 } name ? name : id.ToString(), HostUser.Name);
        if (File.Exists("/usr/bin/getent"))
        {
            Assert.Equal(Environment.UserName, HostUser.Ask(id) ?? string.Empty);
            Assert.Null(HostUser.Ask(4_000_000_011));
        }
    }
}

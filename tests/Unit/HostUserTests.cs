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
    [InlineData("", 0u, null)]
    public void TheFirstLineWithTheNumberHasTheName(string passwd, uint id, string? name) => Assert.Equal(name, HostUser.NameOf(passwd, id));

    [Fact]
    public void TheNameIsWhatTheSystemSays()
    {
        string name = HostUser.Name;
        Assert.Contains(name, new[] { Environment.UserName, Processes.EffectiveUserId.ToString() });
    }
}

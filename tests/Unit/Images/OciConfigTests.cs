using System.Security.Cryptography;
using System.Text;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Images;
using Xunit;

namespace LxcPS.Tests.Images;

public sealed class OciConfigTests
{
    private static OciConfig Of(string config, string architecture = "amd64") => OciSettings.ConfigOf(architecture, ContainerConfig.Parse(config, "/config").GetAll);

    [Fact]
    public void KeysOfTheProgramAreTheImages()
    {
        OciConfig config = Of("""
            lxc.init.cmd = /bin/sh -c 'echo "$0"' "it's"
            lxc.init.cwd = /srv/app
            lxc.init.uid = 33
            lxc.init.gid = 34
            lxc.signal.halt = SIGUSR1
            lxc.environment = GREETING=good day
            lxc.environment = HOME
            lxc.environment = EMPTY=
            lxc.environment.runtime = PATH=/bin
            lxc.net.0.type = veth
            """);
        Assert.Equal(["/bin/sh", "-c", "echo \"$0\"", "it's"], config.Command);
        Assert.Equal("/srv/app", config.WorkingDirectory);
        Assert.Equal("33:34", config.User);
        Assert.Equal("SIGUSR1", config.StopSignal);
        Assert.Equal(["GREETING=good day", "EMPTY=", "PATH=/bin"], config.Environment);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("lxc.init.uid = 7", "7:0")]
    [InlineData("lxc.init.gid = 8", "0:8")]
    public void AUserHasAGroup(string config, string user) => Assert.Equal(user, Of(config).User);

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        OciDigest content = OciDigest.OfHash(SHA256.HashData("layer"u8));
        OciConfig written = Of("lxc.init.cmd = /bin/a 'b c'\nlxc.init.cwd = /d\nlxc.init.uid = 1\nlxc.environment = A=\"ä<&\"\nlxc.signal.halt = SIGTERM") with
        {
            Contents = [content],
            Created = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
        };
        OciConfig read = OciConfig.Parse(written.ToJson());
        Assert.Equal(written.Command, read.Command);
        Assert.Equal(written.Environment, read.Environment);
        Assert.Equal(written.Contents, read.Contents);
        Assert.Equivalent(written, read);
    }

    [Theory]
    [InlineData("amd64", "\"architecture\":\"amd64\",\"os\"")]
    [InlineData("i386", "\"architecture\":\"386\",\"os\"")]
    [InlineData("armhf", "\"architecture\":\"arm\",\"variant\":\"v7\",\"os\"")]
    [InlineData("armel", "\"architecture\":\"arm\",\"variant\":\"v6\",\"os\"")]
    [InlineData("ppc64el", "\"architecture\":\"ppc64le\",\"os\"")]
    public void ArchitecturesHaveGosNames(string architecture, string text)
    {
        byte[] json = Of(string.Empty, architecture).ToJson();
        Assert.Contains(text, Encoding.UTF8.GetString(json));
        Assert.DoesNotContain("Entrypoint", Encoding.UTF8.GetString(json));
    }
}

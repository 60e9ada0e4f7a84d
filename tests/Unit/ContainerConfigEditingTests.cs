using LxcPS.Engine;
using LxcPS.Engine.Configuration;
using Xunit;

namespace LxcPS.Tests;

public sealed class ContainerConfigEditingTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("lxc.uts.name  =   old   # no comment\n", "lxc.uts.name  =   new\n")]
    [InlineData("\tlxc.uts.name='old'  \n# end", "\tlxc.uts.name='new'  \n# end")]
    [InlineData("lxc.uts.name = a\n#\nlxc.uts.name = b\n", "lxc.uts.name = a\n#\nlxc.uts.name = new\n")]
    [InlineData("lxc.uts.name = a\nlxc.uts.name =\n", "lxc.uts.name =\nlxc.uts.name = new\n")]
    [InlineData("# empty", "# empty\nlxc.uts.name = new\n")]
    [InlineData("", "lxc.uts.name = new\n")]
    [InlineData("lxc.arch = x86\r\n", "lxc.arch = x86\r\nlxc.uts.name = new\r\n")]
    [InlineData("lxc.uts.name=", "lxc.uts.name=\nlxc.uts.name = new\n")]
    public void SetChangesItsLineOnly(string before, string after)
    {
        ContainerConfig config = ContainerConfig.Parse(before, "/c");
        config.Set("lxc.uts.name", "new");
        Assert.Equal(after, config.Text);
        Assert.Equal(["new"], config.GetAll("lxc.uts.name"));
    }

    [Theory]
    [InlineData(" blanks ", "lxc.init.cmd = \" blanks \"\n")]
    [InlineData("\"quoted\"", "lxc.init.cmd = \"\"quoted\"\"\n")]
    [InlineData("a = b # c", "lxc.init.cmd = a = b # c\n")]
    [InlineData("'", "lxc.init.cmd = '\n")]
    public void AnyValueIsReadAsItWasSet(string value, string text)
    {
        ContainerConfig config = ContainerConfig.Create("/c");
        config.Set("lxc.init.cmd", value);
        Assert.Equal(text, config.Text);
        Assert.Equal(value, ContainerConfig.Parse(config.Text, "/c").Get("lxc.init.cmd"));
    }

    [Theory]
    [InlineData("lxc.uts.nam", "x", LxcErrorId.ConfigUnknownKey)]
    [InlineData("lxc.autodev", "x", LxcErrorId.ConfigInvalidValue)]
    [InlineData("lxc.init.cmd", "a\nlxc.cap.keep = all", LxcErrorId.ConfigInvalidValue)]
    [InlineData("lxc.uts.name = x\nlxc.arch", "x86", LxcErrorId.ConfigUnknownKey)]
    [InlineData("lxc.init.cmd", "a\0b", LxcErrorId.ConfigInvalidValue)]
    [InlineData("lxc.sysctl.a\nb", "1", LxcErrorId.ConfigUnknownKey)]
    [InlineData("lxc.sysctl.a=b", "1", LxcErrorId.ConfigUnknownKey)]
    public void WhatCannotBeIsRefusedAndChangesNothing(string key, string value, string id)
    {
        ContainerConfig config = ContainerConfig.Parse("lxc.arch = x86\n", "/c");
        Assert.Equal(id, Assert.Throws<LxcException>(() => config.Set(key, value)).ErrorId);
        Assert.Equal(id, Assert.Throws<LxcException>(() => config.Add(key, value)).ErrorId);
        Assert.Equal("lxc.arch = x86\n", config.Text);
    }

    [Fact]
    public void AddKeepsAListTogether()
    {
        ContainerConfig config = ContainerConfig.Parse("lxc.group = a\n# rest\nlxc.arch = x86", "/c");
        config.Add("lxc.group", "b");
        config.Add("lxc.cap.drop", "sys_time");
        Assert.Equal("lxc.group = a\nlxc.group = b\n# rest\nlxc.arch = x86\nlxc.cap.drop = sys_time\n", config.Text);
        config = ContainerConfig.Parse("lxc.cgroup2.memory.max = 1\nlxc.cgroup2 =\n", "/c");
        config.Add("lxc.cgroup2.memory.max", "2");
        Assert.Equal(["2"], config.GetAll("lxc.cgroup2.memory.max"));
    }

    [Fact]
    public void SetOfAListLeavesOneValue()
    {
        ContainerConfig config = ContainerConfig.Parse("lxc.group = a\n#\nlxc.group = b\nlxc.arch = x86\n", "/c");
        config.Set("lxc.group", "c");
        Assert.Equal("#\nlxc.group = c\nlxc.arch = x86\n", config.Text);
    }

    [Fact]
    public void RemoveTakesLinesWordsAndFamilies()
    {
        ContainerConfig config = ContainerConfig.Parse(
            "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.1.type = empty\nlxc.cap.drop = a b c\nlxc.cap.drop = b\nlxc.tty.max = 1\n", "/c");
        Assert.True(config.Remove("lxc.cap.drop", "b"));
        Assert.Equal(["a c"], config.GetAll("lxc.cap.drop"));
        Assert.True(config.Remove("lxc.net.0"));
        Assert.True(config.Remove("lxc.tty.max"));
        Assert.False(config.Remove("lxc.tty.max"));
        Assert.False(config.Remove("lxc.cap.drop", "b"));
        Assert.Equal("lxc.net.1.type = empty\nlxc.cap.drop = a c\n", config.Text);
        config.Set("lxc.cap.drop", "");
        Assert.Equal("lxc.net.1.type = empty\n", config.Text);
    }

    [Fact]
    public void WhatAnIncludeSaysIsOverruledInThisFile()
    {
        directory.Make("common.conf", "lxc.tty.max = 4\nlxc.cap.drop = a\nlxc.cap.drop = b\nlxc.net.0.type = veth\n");
        string path = directory.Make("config", "lxc.tty.max = 1\nlxc.include = common.conf\n");
        ContainerConfig config = ContainerConfig.Load(path);
        config.Set("lxc.tty.max", "2");
        config.Remove("lxc.cap.drop", "a");
        config.Remove("lxc.net");
        config.Save();
        ContainerConfig again = ContainerConfig.Load(path);
        Assert.Equal("2", again.Get("lxc.tty.max"));
        Assert.Equal(["b"], again.GetAll("lxc.cap.drop"));
        Assert.Empty(again.WithPrefix("lxc.net."));
        again.Set("lxc.cap.drop", "z");
        Assert.Equal(["z"], again.GetAll("lxc.cap.drop"));
    }

    [Fact]
    public void IncludesAreLinesOfTheirOwn()
    {
        directory.Make("a.conf", "lxc.tty.max = 4\n");
        directory.Make("b.conf", "lxc.tty.max = 5\n");
        ContainerConfig config = ContainerConfig.Create(directory.Path + "/config");
        config.Add("lxc.include", "a.conf");
        config.Add("lxc.include", "b.conf");
        Assert.Equal("lxc.include = a.conf\nlxc.include = b.conf\n", config.Text);
        Assert.Equal("5", config.Get("lxc.tty.max"));
        Assert.True(config.Remove("lxc.include", "b.conf"));
        Assert.Equal("4", config.Get("lxc.tty.max"));
    }

    [Fact]
    public void SaveKeepsModeAndLeavesNothingBeside()
    {
        string path = directory.Make("config", "lxc.tty.max = 1\n");
        File.SetUnixFileMode(path, (UnixFileMode)0x184 /* 0604 */);
        ContainerConfig config = ContainerConfig.Load(path);
        config.Set("lxc.tty.max", "2");
        config.Save();
        Assert.Equal((UnixFileMode)0x184, File.GetUnixFileMode(path));
        Assert.Equal("lxc.tty.max = 2\n", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(directory.Path));
        ContainerConfig fresh = ContainerConfig.Create(directory.Path + "/new");
        fresh.Save();
        Assert.Equal((UnixFileMode)0x1A0 /* 0640 */, File.GetUnixFileMode(directory.Path + "/new"));
    }

    [Fact]
    public void ASaveThatFailsSaysWhy()
    {
        ContainerConfig config = ContainerConfig.Create(directory.Path + "/none/config");
        Assert.Equal(LxcErrorId.StorageFailed, Assert.Throws<LxcException>(config.Save).ErrorId);
    }

    [Fact]
    public void ALinkStaysALink()
    {
        string target = directory.Make("shared/config", "lxc.tty.max = 1\n");
        string link = directory.Path + "/config";
        File.CreateSymbolicLink(link, "shared/config");
        ContainerConfig config = ContainerConfig.Load(link);
        config.Set("lxc.tty.max", "3");
        config.Save();
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.Equal("lxc.tty.max = 3\n", File.ReadAllText(target));
    }
}

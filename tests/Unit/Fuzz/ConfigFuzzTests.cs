using System.Text;
using LxcPS.Engine;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Operations;
using LxcPS.Tests.Configuration;
using Xunit;

namespace LxcPS.Tests.Fuzz;

/// <summary>Whatever the bytes of a configuration file are.</summary>
public class ConfigFuzzTests
{
    private const string Path = "/no/such/config";

    private static readonly string[] Words =
    [
        .. ConfigKeyTable.All.Select(key => key.Name.Replace("[i]", "0")), "lxc.net.1", "lxc.hook.", "lxc.cgroup2.memory.max", "lxc.prlimit.nofile", "lxc.sysctl.a",
        "lxc.environment = A=b\n", "lxc.uts.name = web\n", "lxc.idmap = u 0 100000 65536\n", "\n#", " = ",
    ];

    [Fact]
    public void AFileIsReadOrRefusedAndKeptAsItIs() => FuzzRun.Check("config", Words, Check, longTime: 600);

    private static void Check(byte[] bytes)
    {
        ContainerConfig config = ContainerConfig.FromBytes(bytes, Path);
        Assert.True(config.ToBytes().AsSpan().SequenceEqual(bytes));
        Assert.All(config.Check(), error => Assert.True(error.Path is not null && error.Line > 0));
        Assert.All(config.FindProblems(), problem => Assert.NotEqual(0, problem.Line));
        Refusable(() => ContainerConfig.Parse(config.Text, Path));
        Refusable(config.RequireServed);
        Refusable(() => IdMaps.Of(config));
        AutoStartEntry.Of("web", config);
        ChangeOne(bytes);
        ContainerConfig legacy = ContainerConfig.FromBytes(bytes, Path);
        legacy.UpdateLegacy();
        Assert.Empty(legacy.UpdateLegacy());
    }

    // A change of one key is in one line, is read again, and is undone by the change back.
    private static void ChangeOne(byte[] bytes)
    {
        ContainerConfig config = ContainerConfig.FromBytes(bytes, Path);
        List<string> before = ConfigPropertyTests.LinesOf(config);
        config.Set("lxc.uts.name", "fuzzed");
        ConfigPropertyTests.AssertOneLineDiffers(before, ConfigPropertyTests.LinesOf(config), "one key");
        ContainerConfig again = ContainerConfig.FromBytes(config.ToBytes(), Path);
        Assert.Equal("fuzzed", again.Get("lxc.uts.name"));
        again.Add("lxc.environment", "FUZZED=1");
        Assert.Contains("FUZZED=1", ContainerConfig.FromBytes(again.ToBytes(), Path).GetAll("lxc.environment"));
        Assert.True(again.Remove("lxc.environment", "FUZZED=1"));

        // As bytes: with the one line gone that was no UTF-8, the rest may be.
        Assert.True(config.ToBytes().AsSpan().TrimEnd("\r\n"u8).SequenceEqual(again.ToBytes().AsSpan().TrimEnd("\r\n"u8)));
    }

    internal static void Refusable(Action action)
    {
        try
        {
            action();
        }
        catch (LxcException e)
        {
            Assert.DoesNotContain(e.Message, char.IsControl);
        }
    }
}

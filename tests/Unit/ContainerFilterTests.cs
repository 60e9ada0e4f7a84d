using LxcPS.Engine;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Seccomp;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests;

public sealed class ContainerFilterTests : IDisposable
{
    private readonly string policy = Path.GetTempFileName();
    private readonly List<string> warnings = [];

    public ContainerFilterTests() => File.WriteAllText(policy, "2\ndenylist\n[all]\nsyslog errno 1\nbpf errno 1\n");

    public void Dispose() => File.Delete(policy);

    [Fact]
    public void WithoutAPolicyThereIsNoFilterUnlessTheKernelLogIsIsolated()
    {
        SeccompCacheTests.SkipWithoutLibrary();
        Assert.Null(Load([]));
        byte[] program = Load(new() { [ConfigKeys.IsolateKernelLog] = "1" })!;
        Assert.True(SystemCallFilter.Notifies(program));
        Assert.Null(Load(new() { [ConfigKeys.IsolateKernelLog] = "0" }));
    }

    [Fact]
    public void IsolationTakesTheKernelLogOutOfThePolicy()
    {
        SeccompCacheTests.SkipWithoutLibrary();
        byte[] plain = Load(new() { ["lxc.seccomp.profile"] = policy })!;
        byte[] isolated = Load(new() { ["lxc.seccomp.profile"] = policy, [ConfigKeys.IsolateKernelLog] = "1" })!;
        Assert.False(SystemCallFilter.Notifies(plain));
        Assert.True(SystemCallFilter.Notifies(isolated));

        // And once more, from what was kept.
        Assert.Equal(plain, Load(new() { ["lxc.seccomp.profile"] = policy }));
        Assert.Equal(isolated, Load(new() { ["lxc.seccomp.profile"] = policy, [ConfigKeys.IsolateKernelLog] = "1" }));
    }

    [Fact]
    public void UnderAnotherFilterAPolicyIsLeftOutOnlyWhereTheKeySaysSo()
    {
        SeccompCacheTests.SkipWithoutLibrary();
        byte[]?[] loaded = new byte[3][];
        Thread thread = new(() =>
        {
            Processes.SetNoNewPrivileges();
            SeccompFilter.Install(SeccompCompiler.Compile(SeccompPolicy.Parse("2\ndenylist\nbpf errno 1\n", "p"), "p"));
            loaded[0] = Load(new() { ["lxc.seccomp.profile"] = policy });
            loaded[1] = Load(new() { ["lxc.seccomp.profile"] = policy, ["lxc.seccomp.allow_nesting"] = "1" });
            Assert.Empty(warnings);
            loaded[2] = Load(new() { ["lxc.seccomp.profile"] = policy, ["lxc.seccomp.allow_nesting"] = "0" });
        });
        thread.Start();
        thread.Join();
        Assert.NotNull(loaded[0]);
        Assert.NotNull(loaded[1]);
        Assert.Null(loaded[2]);
        Assert.Contains("lxc.seccomp.allow_nesting", Assert.Single(warnings));
    }

    [Fact]
    public void OurOwnKeysAreReadAndKeptWhereLxcPassesOverThem()
    {
        ContainerConfig config = ContainerConfig.Parse("lxc.uts.name = a\n  lxcps.kernel_log.isolate = 1 \n", "/c");
        Assert.Empty(config.Check());
        config.RequireServed();
        Assert.Equal("1", config.Get(ConfigKeys.IsolateKernelLog));
        config.Remove(ConfigKeys.IsolateKernelLog);
        Assert.Equal("lxc.uts.name = a\n", config.Text);
        config.Set(ConfigKeys.IsolateKernelLog, "1");
        Assert.Contains("lxcps.kernel_log.isolate = 1", config.Text);
        LxcException error = Assert.Throws<LxcException>(() => ContainerConfig.Parse("lxcps.kernel_log.isolation = 1\n", "/c"));
        Assert.Equal((LxcErrorId.ConfigUnknownKey, 1), (error.ErrorId, error.Line));
        Assert.Equal(LxcErrorId.ConfigInvalidValue, Assert.Throws<LxcException>(() => ContainerConfig.Parse("lxcps.kernel_log.isolate = yes\n", "/c")).ErrorId);
    }

    private byte[]? Load(Dictionary<string, string> settings) => ContainerFilter.Load(key => settings.GetValueOrDefault(key), warnings.Add);
}

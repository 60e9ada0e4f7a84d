using LxcPS.Engine;
using LxcPS.Engine.Seccomp;
using LxcPS.Engine.Store;
using Xunit;

namespace LxcPS.Tests;

public sealed class SharedPolicyTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void APolicyIsSharedByItsContent()
    {
        string policy = directory.Make("default.seccomp", "2\ndenylist\n");
        string shared = SharedPolicy.Of(policy, directory.Path + "/shared/seccomp");
        Assert.StartsWith(directory.Path + "/shared/seccomp/default-", shared);
        Assert.Equal("2\ndenylist\n", File.ReadAllText(shared));
        File.WriteAllText(shared, "2\ndenylist\nbpf errno 1\n");
        Assert.Equal(shared, SharedPolicy.Of(policy, directory.Path + "/shared/seccomp"));
        Assert.Contains("bpf", File.ReadAllText(shared));
        File.WriteAllText(policy, "2\ndenylist\nmount errno 1\n");
        Assert.NotEqual(shared, SharedPolicy.Of(policy, directory.Path + "/shared/seccomp"));
    }

    [Fact]
    public void ItIsRootsOrTheUsers()
    {
        Assert.Equal("/var/lib/lxcps", DataDirectory.For(true, "/root", "/data"));
        Assert.Equal("/data/lxcps", DataDirectory.For(false, "/home/u", "/data/"));
        Assert.Equal("/home/u/.local/share/lxcps", DataDirectory.For(false, "/home/u/", null));
    }

    [Fact]
    public void WhereNoFileCanBeMadeTheErrorSaysSo()
    {
        string policy = directory.Make("default.seccomp", "2\ndenylist\n");
        LxcException error = Assert.Throws<LxcException>(() => SharedPolicy.Of(policy, policy + "/below"));
        Assert.Equal(LxcErrorId.StorageFailed, error.ErrorId);
    }
}

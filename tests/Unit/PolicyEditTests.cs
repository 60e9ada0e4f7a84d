using LxcPS.Engine;
using LxcPS.Engine.Seccomp;
using Xunit;

namespace LxcPS.Tests;

public class PolicyEditTests
{
    private const string Policy = "2\ndenylist\n# kept\nreject_force_umount\n[x86]\nbpf errno 1\n[all]\nbpf errno 1 # gone\nmknod errno 1 [0,1,==]\n";

    [Fact]
    public void WhatADenylistDeniesGetsALineAndWhatItAllowsNone()
    {
        SeccompCacheTests.SkipWithoutLibrary();
        Assert.Equal("2\ndenylist\n# kept\nreject_force_umount\n[x86]\n[all]\nmknod errno 1 [0,1,==]\n[all]\nmount errno 38\n",
            Apply(Policy, ["mount"], ["bpf"], 38));
    }

    [Fact]
    public void AnAllowlistGetsALineForWhatItAllowsAndForAnotherErrno()
    {
        SeccompCacheTests.SkipWithoutLibrary();
        const string List = "2\nallowlist errno 1\nread\nwrite\n";
        Assert.Equal("2\nallowlist errno 1\nread\n[all]\nopen allow\n", Apply(List, ["write"], ["open"], 1));
        Assert.Equal("2\nallowlist errno 1\nread\n[all]\nwrite errno 38\n", Apply(List, ["write"], [], 38));
    }

    [Fact]
    public void ChangedAgainAndAgainItDoesNotGrow()
    {
        SeccompCacheTests.SkipWithoutLibrary();
        string text = Policy;
        for (int i = 0; i < 5; i++)
        {
            text = Apply(text, ["mount", "bpf"], [], 1);
            text = Apply(text, [], ["mount", "bpf"], 1);
        }

        Assert.Equal("2\ndenylist\n# kept\nreject_force_umount\n[x86]\n[all]\nmknod errno 1 [0,1,==]\n", text);
    }

    [Fact]
    public void RejectForceUmountIsARuleForUmount2()
    {
        SeccompCacheTests.SkipWithoutLibrary();
        Assert.DoesNotContain("reject_force_umount", Apply(Policy, [], ["umount2"], 1));
    }

    [Fact]
    public void WhatIsNoCallIsNotWritten()
    {
        SeccompCacheTests.SkipWithoutLibrary();
        LxcException error = Assert.Throws<LxcException>(() => Apply(Policy, ["mont"], [], 1));
        Assert.Equal((LxcErrorId.ConfigInvalidValue, "Did you mean mount?"), (error.ErrorId, error.Advice));
        Assert.Equal(LxcErrorId.ConfigInvalidValue, Assert.Throws<LxcException>(() => Apply(Policy, ["mount\nbpf"], [], 1)).ErrorId);
        Assert.Equal(LxcErrorId.ConfigInvalidValue, Assert.Throws<LxcException>(() => Apply(Policy, [""], [], 1)).ErrorId);
        Assert.Equal(LxcErrorId.ConfigUnsupported, Assert.Throws<LxcException>(() => Apply("1\nallowlist\n0\n", ["mount"], [], 1)).ErrorId);
    }

    [Fact]
    public void TheNamesAreThoseOfTheMachinesArchitectures()
    {
        SeccompCacheTests.SkipWithoutLibrary();
        Assert.Contains("mount", SystemCallNames.All);
        Assert.Equal(SystemCallNames.All.Order(StringComparer.Ordinal), SystemCallNames.All);
    }

    private static string Apply(string text, string[] deny, string[] allow, int errno) => PolicyEdit.Apply(text, "p", new PolicyChange(deny, allow, errno));
}

using LxcPS.Engine;
using LxcPS.Engine.Seccomp;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests;

public class SeccompPolicyTests
{
    private const uint Kill = LibSeccomp.SCMP_ACT_KILL_THREAD;
    private const uint Allow = LibSeccomp.SCMP_ACT_ALLOW;

    [Fact]
    public void ADenylistAllowsTheRestAndKillsUnlessALineSaysOtherwise()
    {
        SeccompPolicy policy = Parse("2\ndenylist\nreject_force_umount  # comment this to allow umount -f;  not recommended\n[all]\nkexec_load errno 1\nmknod\n");
        Assert.Equal((2, Allow), (policy.Version, policy.DefaultAction));
        Assert.Equal(
            [
                ("umount2", LibSeccomp.SCMP_ACT_ERRNO | 13, 3),
                ("kexec_load", LibSeccomp.SCMP_ACT_ERRNO | 1, 5),
                ("mknod", Kill, 6),
            ],
            policy.Rules.Select(rule => (rule.Call, rule.Action, rule.Line)));
        Assert.Equal(new ArgumentComparison(1, 7, 1, 1), Assert.Single(policy.Rules[0].Conditions));
    }

    [Fact]
    public void AnAllowlistKillsTheRestUnlessItsHeadSaysOtherwise()
    {
        Assert.Equal(Kill, Parse("2\nwhitelist\nread\n").DefaultAction);
        SeccompPolicy policy = Parse("2\nallowlist trap\n# comment\n[x86_64]\nopen\nclose\n[x86]\nread\n[ALL]\nwrite log\n");
        Assert.Equal(LibSeccomp.SCMP_ACT_TRAP, policy.DefaultAction);
        Assert.Equal(
            [("open", "x86_64", Allow), ("close", "x86_64", Allow), ("read", "x86", Allow), ("write", null, LibSeccomp.SCMP_ACT_LOG)],
            policy.Rules.Select(rule => (rule.Call, rule.Architecture, rule.Action)));
    }

    [Fact]
    public void Format1IsAListOfNumbers()
    {
        SeccompPolicy policy = Parse("1\nallowlist\n0\n1\n231\n");
        Assert.Equal((1, Kill), (policy.Version, policy.DefaultAction));
        Assert.Equal(["0", "1", "231"], policy.Rules.Select(rule => rule.Call));
    }

    [Fact]
    public void ConditionsAreRead()
    {
        SeccompRule rule = Assert.Single(Parse("2\ndenylist\nmknod errno 1 [1,0020000,SCMP_CMP_MASKED_EQ,0170000][2,0x10,!=] [0,5,>=]\n").Rules);
        Assert.Equal([new ArgumentComparison(1, 7, 0xF000, 0x2000), new ArgumentComparison(2, 1, 16, 0), new ArgumentComparison(0, 5, 5, 0)], rule.Conditions);
    }

    [Theory]
    [InlineData("", 1, "missing")]
    [InlineData("2\n# nothing\n", 3, "missing")]
    [InlineData("3\ndenylist\n", 1, "'3'")]
    [InlineData("2\nblocklist\n", 2, "'blocklist'")]
    [InlineData("1\ndenylist\n", 2, "'denylist'")]
    [InlineData("1\nallowlist\nread\n", 3, "'read'")]
    [InlineData("2\ndenylist\n\nmknod deny\n", 4, "'deny'")]
    [InlineData("2\ndenylist\nmknod errno\n", 3, "''")]
    [InlineData("2\ndenylist\nmknod errno EPERM\n", 3, "'EPERM'")]
    [InlineData("2\ndenylist\nmknod errno 4096\n", 3, "'4096'")]
    [InlineData("2\ndenylist\nmknod kill now\n", 3, "'now'")]
    [InlineData("2\ndenylist\n[pdp11]\n", 3, "'[pdp11]'")]
    [InlineData("2\ndenylist\nmknod errno 1 [6,0,==]\n", 3, "'[6,0,==]'")]
    [InlineData("2\ndenylist\nmknod errno 1 [0,0,=]\n", 3, "'[0,0,=]'")]
    [InlineData("2\ndenylist\nmknod errno 1 [0,0,SCMP_CMP_MASKED_EQ]\n", 3, "'[0,0,SCMP_CMP_MASKED_EQ]'")]
    [InlineData("2\ndenylist\nmknod errno 1 [0,09,==]\n", 3, "'[0,09,==]'")]
    [InlineData("2\ndenylist\nmknod errno 1 [0,1,==\n", 3, "'[0,1,=='")]
    [InlineData("2\ndenylist\nreject_force_umount kill\n", 3, "'kill'")]
    public void AnErrorNamesFileLineAndWord(string text, int line, string word)
    {
        LxcException error = Assert.Throws<LxcException>(() => Parse(text));
        Assert.Equal((LxcErrorId.ConfigSyntax, line, "/etc/lxc/p.seccomp"), (error.ErrorId, error.Line, error.Path));
        Assert.Contains($"in line {line} ", error.Message);
        Assert.Contains(word, error.Message);
        Assert.Contains("/etc/lxc/p.seccomp", error.Message);
    }

    [Fact]
    public void ACallCanBeLeftToTheMonitor()
    {
        SeccompPolicy policy = Parse("2\ndenylist\n[all]\nmknod notify [1,8192,SCMP_CMP_MASKED_EQ,61440]\nbpf notify\n");
        Assert.Equal([("mknod", LibSeccomp.SCMP_ACT_NOTIFY, 1), ("bpf", LibSeccomp.SCMP_ACT_NOTIFY, 0)],
            policy.Rules.Select(rule => (rule.Call, rule.Action, rule.Conditions.Length)));
    }

    [Theory]
    [InlineData("2\ndenylist\nmknod errno 1\nsendmsg notify\n", 4, "'sendmsg'")]
    [InlineData("2\nallowlist notify\nread\n", 2, "'notify'")]
    public void WhatHandsTheListenerOverCannotBeLeftToIt(string text, int line, string word)
    {
        LxcException error = Assert.Throws<LxcException>(() => Parse(text));
        Assert.Equal((LxcErrorId.ConfigSyntax, line), (error.ErrorId, error.Line));
        Assert.Contains(word, error.Message);
    }

    [Fact]
    public void ACallThatTheMonitorTakesOverHasNoOtherRule()
    {
        SeccompPolicy policy = Parse("2\ndenylist\n[all]\nsyslog errno 1\n[x86]\nsyslog kill\nbpf errno 1\n");
        policy.TakeOver("syslog");
        Assert.Equal([("bpf", "x86"), ("syslog", null)], policy.Rules.Select(rule => (rule.Call, rule.Architecture)));
        Assert.Equal(LibSeccomp.SCMP_ACT_NOTIFY, policy.Rules[^1].Action);
    }

    private static SeccompPolicy Parse(string text) => SeccompPolicy.Parse(text, "/etc/lxc/p.seccomp");
}

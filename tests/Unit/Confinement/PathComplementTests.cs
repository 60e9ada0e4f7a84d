using System.Text.RegularExpressions;
using LxcPS.Engine.Confinement;
using Xunit;

namespace LxcPS.Tests.Confinement;

public sealed class PathComplementTests
{
    private static readonly List<string> Patterns = PathComplement.Of("/proc/sys/", ["net", "kernel/hostname", "kernel/sem", "kernel/sem_next_id", "kernel/shm*"]);

    [Theory]
    [InlineData("/proc/sys/net")]
    [InlineData("/proc/sys/net/ipv4/ip_forward")]
    [InlineData("/proc/sys/kernel/hostname")]
    [InlineData("/proc/sys/kernel/sem")]
    [InlineData("/proc/sys/kernel/sem_next_id")]
    [InlineData("/proc/sys/kernel/shmmax")]
    [InlineData("/proc/sys/kernel/shm_rmid_forced")]
    [InlineData("/proc/sysrq-trigger")]
    [InlineData("/etc/hostname")]
    public void WhatIsSparedIsMatchedByNone(string path) => Assert.DoesNotContain(Patterns, pattern => Matches(pattern, path));

    [Theory]
    [InlineData("/proc/sys/vm/swappiness")]
    [InlineData("/proc/sys/n")]
    [InlineData("/proc/sys/nett/x")]
    [InlineData("/proc/sys/fs")]
    [InlineData("/proc/sys/kernel/core_pattern")]
    [InlineData("/proc/sys/kernel/hostnam")]
    [InlineData("/proc/sys/kernel/hostnames")]
    [InlineData("/proc/sys/kernel/hotplug")]
    [InlineData("/proc/sys/kernel/semaphore")]
    [InlineData("/proc/sys/kernel/sem_next")]
    [InlineData("/proc/sys/kernel/sh")]
    [InlineData("/proc/sys/kernel/random/uuid")]
    [InlineData("/proc/sys/kernels")]
    public void EverythingElseIsMatched(string path) => Assert.Contains(Patterns, pattern => Matches(pattern, path));

    [Theory]
    [InlineData("tmpfs", false)]
    [InlineData("fuse", false)]
    [InlineData("fuse.sshfs", false)]
    [InlineData("ext4", true)]
    [InlineData("fuseblk", true)]
    [InlineData("tmp", true)]
    [InlineData("tmpfs2", true)]
    public void NamesAreComplementedToo(string name, bool matched)
    {
        List<string> patterns = PathComplement.OfNames(["tmpfs", "fuse", "fuse.*"]);
        Assert.Equal(matched, patterns.Exists(pattern => Matches(pattern, name)));
    }

    // As apparmor.d(5) has it: * and ? stay within a component, ** crosses them, braces choose.
    private static bool Matches(string pattern, string path)
    {
        string expression = Regex.Escape(pattern).Replace(@"\{,/\*\*}", "(/.*)?").Replace(@"\?", "[^/]").Replace(@"\*", "[^/]*").Replace(@"\[", "[").Replace(@"\^", "^");
        return Regex.IsMatch(path, $"^{expression}$");
    }
}

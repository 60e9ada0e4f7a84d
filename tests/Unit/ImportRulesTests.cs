using LxcPS.Engine.Copying;
using Xunit;

namespace LxcPS.Tests;

public sealed class ImportRulesTests
{
    private const string Directory = "/var/lib/lxc/c";

    [Theory]
    [InlineData("lxc.uts.name", "c")]
    [InlineData("lxc.rootfs.path", "dir:/var/lib/lxc/c/rootfs")]
    [InlineData("lxc.rootfs.options", "idmap=container,nodev")]
    [InlineData("lxc.include", "/usr/share/lxc/config/common.conf")]
    [InlineData("lxc.mount.auto", "proc:mixed sys:mixed cgroup:mixed")]
    [InlineData("lxc.mount.entry", "tmpfs tmp tmpfs nosuid 0 0")]
    [InlineData("lxc.mount.entry", "/var/lib/lxc/c/shared srv none bind 0 0")]
    [InlineData("lxc.net.0.type", "veth")]
    [InlineData("lxc.net.0.link", "lxcbr0")]
    [InlineData("lxc.net.0.ipv4.address", "10.0.3.2/24")]
    [InlineData("lxc.cgroup.devices.allow", "c 1:3 rwm")]
    [InlineData("lxc.cgroup.devices.deny", "a")]
    [InlineData("lxc.cgroup2.memory.max", "64M")]
    [InlineData("lxc.apparmor.profile", "generated")]
    [InlineData("lxc.seccomp.profile", "/usr/share/lxc/config/common.seccomp")]
    [InlineData("lxc.sysctl.net.ipv4.ip_forward", "1")]
    [InlineData("lxc.prlimit.nofile", "1024")]
    [InlineData("lxc.environment.runtime", "A=1")]
    [InlineData("lxc.console.path", "none")]
    public void Keeps_what_stays_in_the_container(string key, string value) => Assert.True(ImportRules.Keeps(key, value, Directory));

    [Theory]
    [InlineData("lxc.hook.start", "/bin/true")]
    [InlineData("lxc.hook.destroy", "/bin/true")]
    [InlineData("lxc.net.0.script.down", "/bin/true")]
    [InlineData("lxc.net.0.type", "none")]
    [InlineData("lxc.net.0.type", "phys")]
    [InlineData("lxc.net.0.veth.ipv4.route", "10.0.0.0/8")]
    [InlineData("lxc.include", "/etc/passwd")]
    [InlineData("lxc.include", "/usr/share/lxc/config/../../../../tmp/x")]
    [InlineData("lxc.mount.fstab", "/var/lib/lxc/c/fstab")]
    [InlineData("lxc.mount.entry", "/etc srv none bind 0 0")]
    [InlineData("lxc.mount.entry", "/var/lib/lxc/c/rootfs/link srv none bind 0 0")]
    [InlineData("lxc.mount.entry", "/var/lib/lxc/c/shared/../../d srv none bind 0 0")]
    [InlineData("lxc.mount.entry", "/dev/sda srv ext4 rw 0 0")]
    [InlineData("lxc.mount.entry", "overlay usr overlay lowerdir=/usr 0 0")]
    [InlineData("lxc.mount.entry", "tmpfs tmp tmpfs idmap=/proc/1/ns/user 0 0")]
    [InlineData("lxc.mount.auto", "proc shmounts:/etc")]
    [InlineData("lxc.rootfs.path", "dir:/")]
    [InlineData("lxc.rootfs.path", "dir:/var/lib/lxc/c/rootfs/../..")]
    [InlineData("lxc.rootfs.path", "overlay:/usr:/var/lib/lxc/c/rootfs")]
    [InlineData("lxc.rootfs.options", "idmap=/proc/1/ns/user")]
    [InlineData("lxc.rootfs.mount", "/etc")]
    [InlineData("lxc.apparmor.profile", "unconfined")]
    [InlineData("lxc.apparmor.raw", "mount,")]
    [InlineData("lxc.apparmor.allow_incomplete", "1")]
    [InlineData("lxc.selinux.context", "unconfined_t")]
    [InlineData("lxc.seccomp.profile", "/var/lib/lxc/c/mine")]
    [InlineData("lxc.seccomp.notify.proxy", "unix:/tmp/x")]
    [InlineData("lxc.console.logfile", "/etc/cron.d/x")]
    [InlineData("lxc.console.path", "/dev/sda")]
    [InlineData("lxc.log.file", "/etc/cron.d/x")]
    [InlineData("lxc.namespace.keep", "net")]
    [InlineData("lxc.namespace.share.net", "1")]
    [InlineData("lxc.sysctl.kernel.core_pattern", "|/bin/sh")]
    [InlineData("lxc.proc.attr", "x")]
    [InlineData("lxc.cgroup.devices.allow", "a")]
    [InlineData("lxc.cgroup2.devices.allow", "b 8:0 rwm")]
    [InlineData("lxc.cgroup.release_agent", "/x")]
    [InlineData("lxc.cgroup.dir", "x")]
    [InlineData("lxc.cgroup.relative", "1")]
    [InlineData("lxc.environment", "LD_PRELOAD=/x")]
    [InlineData("lxc.environment.hooks", "LD_PRELOAD=/x")]
    [InlineData("lxc.environment.runtime", "SECRET")]
    [InlineData("lxc.key.of.tomorrow", "1")]
    public void Refuses_what_reaches_the_host(string key, string value) => Assert.False(ImportRules.Keeps(key, value, Directory));

    [Fact]
    public void A_listing_tells_where_the_container_is_and_what_is_odd()
    {
        ArchiveListing? listing = ArchiveListing.Read(new StringReader(
            """
            drwxr-xr-x 0/0               0 2026-11-30 01:19 "old/"
            -rw-r--r-- 0/0               2 2026-11-30 01:19 "old/config"
            -rw-r--r-- 0/0               2 2026-11-30 01:19 "old/lxcps-archive"
            lrwxrwxrwx 0/0               0 2026-11-30 01:19 "old/rootfs/sym" -> "x\" -> \"y"
            lrwxrwxrwx 0/0               0 2026-11-30 01:19 "old/rootfs/abs" -> "/etc"
            -rw-r--r-- 0/0               2 2026-11-30 01:19 "old/rootfs/abs/cron"
            hrw-r--r-- 0/0               0 2026-11-30 01:19 "old/rootfs/h" link to "old/../../etc/shadow"
            crw-r--r-- 0/0             0,0 2026-11-30 01:19 "old/rootfs/whiteout"
            brw-r--r-- 0/0             8,0 2026-11-30 01:19 "old/rootfs/\303\244\n"
            -rw-r--r-- 0/0               0 2026-11-30 01:19 "old/rootfs/a..b"
            """));
        Assert.NotNull(listing);
        Assert.Equal(("old/", 1, true), (listing.Prefix, listing.Strip, listing.HasNote));
        Assert.Equal(["old/rootfs/abs/cron: comes by way of a link", "old/rootfs/h: a link out of the archive"], listing.Refused.Take(2));
        Assert.EndsWith(": a device node", Assert.Single(listing.Refused.Skip(2)));
        Assert.Null(ArchiveListing.Read(new StringReader("-rw-r--r-- 0/0 2 2026-11-30 01:19 \"a/b/config\"\n")));
    }
}

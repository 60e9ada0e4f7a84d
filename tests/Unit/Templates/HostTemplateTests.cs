using LxcPS.Engine;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Templates;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests.Templates;

public class HostTemplateTests
{
    private const UnixFileMode Secret = (UnixFileMode)0x180;

    [Fact]
    public void NothingThatOthersCannotReadGoesIn()
    {
        TemporaryDirectory.NeedRoot();
        using TemporaryDirectory directory = MakeHost();
        TemplateResult result = Build(directory);
        string etc = directory.At("container/rootfs/etc");
        foreach (string kept in (string[])["profile", "ssl/certs/ca.pem", "app/app.conf", "systemd/journald.conf"])
        {
            Assert.True(File.Exists(Path.Combine(etc, kept)), kept);
        }

        foreach (string left in (string[])
            ["secret.conf", "shadow-", "ssl/private", "ssl/certs/both.pem", "app/tls.key", "closed", "sudoers", "ssh/ssh_host_rsa_key", "fifo", "apt/sources.list"])
        {
            Assert.False(Path.Exists(Path.Combine(etc, left)), left);
            Assert.Contains("/etc/" + left, result.LeftOut);
        }

        foreach (string file in Directory.EnumerateFiles(directory.At("container"), "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain("S3CRET", new FileInfo(file).LinkTarget is null && new FileInfo(file).Length > 0 ? File.ReadAllText(file) : string.Empty);
        }

        Assert.Empty(Directory.GetFileSystemEntries(directory.At("container/rootfs/root")));
        Assert.Empty(Directory.GetFileSystemEntries(directory.At("container/rootfs/home")));
    }

    [Fact]
    public void AccountsAreLockedAndTheIdentityIsNew()
    {
        TemporaryDirectory.NeedRoot();
        using TemporaryDirectory directory = MakeHost();
        Build(directory);
        string etc = directory.At("container/rootfs/etc");
        Assert.Equal("root:*:::::::\nuser:*:::::::\n", File.ReadAllText(etc + "/shadow"));
        Assert.Equal((UnixFileMode)0x1A0, File.GetUnixFileMode(etc + "/shadow"));
        Assert.Equal(42u, FileTree.Status(Descriptors.CurrentDirectory, etc + "/shadow").GroupId);
        Assert.Equal("box\n", File.ReadAllText(etc + "/hostname"));
        Assert.Contains("127.0.1.1 box\n", File.ReadAllText(etc + "/hosts"));
        Assert.Equal("nameserver 192.0.2.1\n", File.ReadAllText(etc + "/resolv.conf"));
        Assert.NotEqual(File.ReadAllText(directory.At("host/etc/machine-id")), File.ReadAllText(etc + "/machine-id"));
        Assert.Equal(33, File.ReadAllText(etc + "/machine-id").Length);
    }

    [Fact]
    public void OwnersModesTimesAndLinksStay()
    {
        TemporaryDirectory.NeedRoot();
        using TemporaryDirectory directory = MakeHost();
        Build(directory);
        FileStatus status = FileTree.Status(Descriptors.CurrentDirectory, directory.At("container/rootfs/etc/app/app.conf"));
        Assert.Equal((0x81ACu, 1001u, 1002u), (status.Mode, status.UserId, status.GroupId));
        Assert.Equal(1001u, FileTree.Status(Descriptors.CurrentDirectory, directory.At("container/rootfs/etc/app")).UserId);
        Assert.Equal(new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc), File.GetLastWriteTimeUtc(directory.At("container/rootfs/etc/app/app.conf")));
        Assert.Equal("/usr/share/zoneinfo/UTC", new FileInfo(directory.At("container/rootfs/etc/localtime")).LinkTarget);
        Assert.Equal("usr/bin", new FileInfo(directory.At("container/rootfs/bin")).LinkTarget);
    }

    [Fact]
    public void NoServiceOfTheHostStarts()
    {
        TemporaryDirectory.NeedRoot();
        using TemporaryDirectory directory = MakeHost();
        TemplateResult result = Build(directory);
        string units = directory.At("container/rootfs/etc/systemd/system");
        Assert.False(Path.Exists(units + "/multi-user.target.wants/ssh.service"));
        Assert.False(Path.Exists(units + "/backup.service"));
        Assert.Empty(Directory.GetFileSystemEntries(directory.At("container/rootfs/etc/rc2.d")));
        Assert.Equal("/usr/lib/systemd/system/multi-user.target", new FileInfo(units + "/default.target").LinkTarget);
        Assert.Equal("/usr/lib/systemd/system/console-getty.service", new FileInfo(units + "/getty.target.wants/console-getty.service").LinkTarget);
        Assert.Equal("/dev/null", new FileInfo(units + "/systemd-udevd.service").LinkTarget);
        Assert.Contains(new("lxc.signal.halt", "SIGRTMIN+3"), result.Settings);
    }

    [Fact]
    public void ProgramsComeThroughOverlays()
    {
        TemporaryDirectory.NeedRoot();
        using TemporaryDirectory directory = MakeHost();
        TemplateResult result = Build(directory);
        Assert.Equal($"dir:{directory.At("container/rootfs")}", result.Settings[0].Value);
        List<string> targets = [];
        foreach ((string key, string value) in result.Settings)
        {
            if (key == "lxc.mount.entry")
            {
                MountEntry entry = MountEntry.Parse(value);
                Assert.True(PreparedMounts.IsPrepared(entry));
                targets.Add(entry.Target);
                foreach (string option in entry.Options)
                {
                    Assert.True(Directory.Exists(option[(option.IndexOf('=') + 1)..]), option);
                }
            }
        }

        Assert.Equal(["usr", "lib", "var/lib/dpkg"], targets);
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(directory.At("container/overlay")));
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(directory.At("container/overlay/usr")));
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode(directory.At("container/overlay/usr/upper")));
    }

    [Fact]
    public void WhatTheAdministratorHidInUsrLocalIsWhitedOut()
    {
        TemporaryDirectory.NeedRoot();
        using TemporaryDirectory directory = MakeHost();
        TemplateResult result = Build(directory);
        FileStatus status = FileTree.Status(Descriptors.CurrentDirectory, directory.At("container/overlay/usr/upper/local/etc/token"), follow: false);
        Assert.True(status.IsCharacterDevice);
        Assert.Equal(0u, status.Device);
        Assert.Contains("/usr/local/etc/token", result.LeftOut);
        Assert.Contains("/usr/local/closed", result.LeftOut);
        Assert.DoesNotContain("/usr/local/bin/tool", result.LeftOut);
        Assert.Equal((UnixFileMode)0x1E5, File.GetUnixFileMode(directory.At("container/overlay/usr/upper/local/etc")));
    }

    [Fact]
    public void ACanceledBuildSaysSo()
    {
        TemporaryDirectory.NeedRoot();
        using TemporaryDirectory directory = MakeHost();
        LxcException error = Assert.Throws<LxcException>(() => new HostTemplate(directory.At("host")).Build(new()
        {
            ContainerName = "box",
            ContainerDirectory = directory.At("container"),
            CancellationToken = new CancellationToken(canceled: true),
        }));
        Assert.Equal(LxcErrorId.Canceled, error.ErrorId);
    }

    private static TemplateResult Build(TemporaryDirectory directory) => new HostTemplate(directory.At("host"))
        .Build(new() { ContainerName = "box", ContainerDirectory = directory.At("container") });

    private static TemporaryDirectory MakeHost()
    {
        TemporaryDirectory directory = new();
        directory.MakeDirectory("container");
        directory.MakeDirectory("host/usr/bin");
        directory.MakeDirectory("host/lib");
        directory.MakeDirectory("host/home/user");
        directory.Link("host/bin", "usr/bin");
        directory.Make("host/root/.profile", "S3CRET");
        directory.Make("host/var/lib/dpkg/status", "Package: base");
        directory.Make("host/usr/local/bin/tool", "#!/bin/sh", (UnixFileMode)0x1ED);
        directory.Make("host/usr/local/etc/token", "S3CRET", Secret);
        directory.MakeDirectory("host/usr/local/etc", (UnixFileMode)0x1E5);
        directory.MakeDirectory("host/usr/local/closed", (UnixFileMode)0x1C0);
        directory.Make("host/usr/lib/systemd/systemd");
        directory.Make("host/usr/lib/systemd/system/systemd-udevd.service");
        directory.Make("host/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nuser:S3CRET:1000:1000::/home/user:/bin/sh\n");
        directory.Make("host/etc/group", "root:x:0:\nshadow:x:42:\n");
        directory.Make("host/etc/shadow", "root:S3CRET:1:::::\n", Secret);
        directory.Make("host/etc/shadow-", "root:S3CRET:1:::::\n");
        directory.Make("host/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        directory.Make("host/etc/hostname", "S3CRET-host\n");
        directory.Make("host/etc/resolv.conf", "nameserver 127.0.0.53\nnameserver 192.0.2.1\n");
        directory.Make("host/etc/profile", "umask 022\n");
        directory.Make("host/etc/secret.conf", "S3CRET", Secret);
        directory.Make("host/etc/sudoers", "S3CRET", (UnixFileMode)0x120);
        directory.Make("host/etc/ssl/certs/ca.pem", "-----BEGIN CERTIFICATE-----\n");
        directory.Make("host/etc/ssl/certs/both.pem", new string('x', 200_000) + "-----BEGIN PRIVATE KEY-----\nS3CRET\n");
        directory.Make("host/etc/ssl/private/host.pem", "S3CRET");
        directory.Make("host/etc/ssh/ssh_host_rsa_key", "S3CRET");
        directory.Make("host/etc/apt/sources.list", "deb https://user:S3CRET@example.org/ stable main\n");
        directory.Make("host/etc/closed/open.conf", "S3CRET");
        directory.MakeDirectory("host/etc/closed", (UnixFileMode)0x1C9);
        directory.Make("host/etc/app/tls.key", "S3CRET");
        directory.Make("host/etc/app/app.conf", "a=1\n", (UnixFileMode)0x1AC);
        File.SetLastWriteTimeUtc(directory.At("host/etc/app/app.conf"), new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        FileTree.ChangeOwner(Descriptors.CurrentDirectory, directory.At("host/etc/app/app.conf"), 1001, 1002);
        FileTree.ChangeOwner(Descriptors.CurrentDirectory, directory.At("host/etc/app"), 1001, 1002);
        directory.Make("host/etc/systemd/journald.conf", "[Journal]\n");
        directory.Make("host/etc/systemd/system/backup.service", "[Service]\nEnvironment=KEY=S3CRET\n");
        directory.Link("host/etc/systemd/system/multi-user.target.wants/ssh.service", "/usr/lib/systemd/system/ssh.service");
        directory.Link("host/etc/rc2.d/S01ssh", "../init.d/ssh");
        directory.Link("host/etc/localtime", "/usr/share/zoneinfo/UTC");
        FileTree.MakeNode(Descriptors.CurrentDirectory, directory.At("host/etc/fifo"), 0x11A4, 0);
        return directory;
    }
}

using LxcPS.Engine;
using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.Templates;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests.Templates;

public class BusyboxTemplateTests
{
    [Fact]
    public void ADynamicBusyboxIsRefused()
    {
        TemporaryDirectory.NeedRoot();
        using TemporaryDirectory directory = new();
        LxcException error = Assert.Throws<LxcException>(() => new BusyboxTemplate { Program = "/proc/self/exe" }.Build(Context(directory)));
        Assert.Equal(LxcErrorId.TemplateFailed, error.ErrorId);
        Assert.Contains("busybox-static", error.Advice);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact]
    public void TheTreeHasAnInitAndAShell()
    {
        TemporaryDirectory.NeedRoot();
        Assert.SkipUnless(HostPrograms.Find("busybox") is { } found && ElfFile.IsStatic(found), "This host has no static busybox");
        using TemporaryDirectory directory = new();
        TemplateResult result = new BusyboxTemplate().Build(Context(directory));
        Assert.Equal(new("lxc.rootfs.path", $"dir:{directory.Path}/rootfs"), result.Settings[0]);
        Assert.Contains(new("lxc.signal.halt", "SIGUSR1"), result.Settings);
        Assert.Contains(new("lxc.signal.reboot", "SIGTERM"), result.Settings);
        Assert.Equal(File.ReadAllBytes(HostPrograms.Find("busybox")!), File.ReadAllBytes(directory.At("rootfs/sbin/init")));

        // A hard link: no file of its own, and no symbolic one.
        Assert.Equal(Inode(directory.At("rootfs/bin/busybox")), Inode(directory.At("rootfs/bin/sh")));
        Assert.Null(new FileInfo(directory.At("rootfs/bin/sh")).LinkTarget);
        Assert.Equal(File.ReadAllBytes(directory.At("rootfs/bin/busybox")), File.ReadAllBytes(directory.At("rootfs/bin/sh")));
        Assert.Equal((UnixFileMode)0x3FF, File.GetUnixFileMode(directory.At("rootfs/tmp")));
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode(directory.At("rootfs/etc/shadow")));
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode(directory.At("rootfs/etc/init.d/rcS")));
    }

    private static ulong Inode(string path) => FileTree.Status(Descriptors.CurrentDirectory, path).Inode;

    private static TemplateContext Context(TemporaryDirectory directory) => new() { ContainerName = "box", ContainerDirectory = directory.Path };
}

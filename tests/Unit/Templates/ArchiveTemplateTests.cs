using System.Diagnostics;
using LxcPS.Engine;
using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.Templates;
using Xunit;

namespace LxcPS.Tests.Templates;

public class ArchiveTemplateTests
{
    [Theory]
    [InlineData("-cf", null, ".", "bin")]
    [InlineData("-czf", "gzip", ".", "bin")]
    [InlineData("-cJf", "xz", "bin etc dev", "bin")]
    [InlineData("-cjf", "bzip2", ".", "bin")]
    [InlineData("--zstd -cf", "zstd", ".", "bin")]
    public void AnArchiveOfARootIsUnpacked(string options, string? program, string members, string present)
    {
        using TemporaryDirectory directory = Prepare(program, "tree");
        Pack(directory, $"{options} image -C tree {members}");
        List<int> percents = [];
        TemplateResult result = Build(directory, (_, percent) => percents.Add(percent));
        Assert.Equal($"dir:{directory.At("container/rootfs")}", Assert.Single(result.Settings).Value);
        Assert.True(Directory.Exists(directory.At("container/rootfs/" + present)));
        Assert.Equal("text", File.ReadAllText(directory.At("container/rootfs/etc/file")));
        Assert.Equal((UnixFileMode)0x9ED, File.GetUnixFileMode(directory.At("container/rootfs/bin/su")));
        Assert.Empty(Directory.GetFileSystemEntries(directory.At("container/rootfs/dev")));
        Assert.Equal(100, percents[^1]);
    }

    [Theory]
    [InlineData("-C image.d .")]
    [InlineData("-C image.d metadata.yaml rootfs")]
    public void AnImageOfLxcsKindGivesItsRootfs(string members)
    {
        using TemporaryDirectory directory = Prepare(null, "image.d/rootfs");
        directory.Make("image.d/metadata.yaml", "architecture: x86_64\n");
        Pack(directory, "-cf image " + members);
        Build(directory, null);
        Assert.Equal("text", File.ReadAllText(directory.At("container/rootfs/etc/file")));
        Assert.False(Path.Exists(directory.At("container/rootfs/metadata.yaml")));
        Assert.False(Path.Exists(directory.At("container/rootfs/rootfs")));
        Assert.Empty(Directory.GetFileSystemEntries(directory.At("container/rootfs/dev")));
    }

    [Fact]
    public void ACutArchiveFailsWithTarsReason()
    {
        using TemporaryDirectory directory = Prepare("gzip", "tree");
        directory.Make("tree/etc/more", Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(50_000)));
        Pack(directory, "-czf image -C tree .");
        using (FileStream file = File.OpenWrite(directory.At("image")))
        {
            file.SetLength(file.Length / 2);
        }

        LxcException error = Assert.Throws<LxcException>(() => Build(directory, null));
        Assert.True(error.ErrorId == LxcErrorId.TemplateFailed, error.ToString());
        Assert.Contains("unexpected end of file", error.Message);
    }

    [Fact]
    public void AnotherFileIsNoArchive()
    {
        using TemporaryDirectory directory = Prepare(null, "tree");
        directory.Make("image", "PK, but no tar");
        Assert.Contains("is not a tar archive", Assert.Throws<LxcException>(() => Build(directory, null)).Message);
    }

    [Fact]
    public void AnArchiveOfSomethingElseIsRefused()
    {
        using TemporaryDirectory directory = Prepare(null, "tree");
        Pack(directory, "-cf image -C tree/etc file");
        Assert.Contains("does not look like a root file system", Assert.Throws<LxcException>(() => Build(directory, null)).Message);
    }

    [Fact]
    public void ACanceledBuildEndsTar()
    {
        using TemporaryDirectory directory = Prepare(null, "tree");
        Pack(directory, "-cf image -C tree .");
        using CancellationTokenSource source = new();
        LxcException error = Assert.Throws<LxcException>(() => new ArchiveTemplate(directory.At("image")).Build(new()
        {
            ContainerName = "c",
            ContainerDirectory = directory.At("container"),
            CancellationToken = source.Token,
            Progress = (_, _) => source.Cancel(),
        }));
        Assert.Equal(LxcErrorId.Canceled, error.ErrorId);
    }

    private static TemporaryDirectory Prepare(string? program, string tree)
    {
        TemporaryDirectory.NeedRoot();
        Assert.SkipUnless(HostPrograms.Find("tar") is not null, "This host has no tar");
        Assert.SkipUnless(program is null || HostPrograms.Find(program) is not null, $"This host has no {program}");
        TemporaryDirectory directory = new();
        directory.Make(tree + "/bin/su", "#!/bin/sh", (UnixFileMode)0x9ED);
        directory.Make(tree + "/etc/file", "text");
        directory.Make(tree + "/dev/null");
        directory.MakeDirectory("container");
        return directory;
    }

    private static void Pack(TemporaryDirectory directory, string arguments)
    {
        using Process tar = Process.Start(new ProcessStartInfo("tar", arguments) { WorkingDirectory = directory.Path })!;
        tar.WaitForExit();
        Assert.Equal(0, tar.ExitCode);
    }

    private static TemplateResult Build(TemporaryDirectory directory, Action<string, int>? progress) => RootfsTemplate.Parse(directory.At("image"))
        .Build(new() { ContainerName = "c", ContainerDirectory = directory.At("container"), Progress = progress });
}

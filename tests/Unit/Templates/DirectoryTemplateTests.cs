using LxcPS.Engine;
using LxcPS.Engine.Templates;
using Xunit;

namespace LxcPS.Tests.Templates;

public class DirectoryTemplateTests
{
    [Fact]
    public void TheSourceIsTheLowerLayer()
    {
        using TemporaryDirectory directory = new();
        directory.MakeDirectory("source/etc");
        directory.MakeDirectory("source", (UnixFileMode)0x1E8);
        directory.Link("link", "source");
        directory.MakeDirectory("container");
        TemplateResult result = Build(directory, "link");
        string overlay = directory.At("container/overlay");
        Assert.Equal([new("lxc.rootfs.path", $"overlay:{directory.At("source")}:{overlay}/delta")], result.Settings);

        // The merged root shows the upper layer's mode; host users must not come near it.
        Assert.Equal((UnixFileMode)0x1E8, File.GetUnixFileMode(overlay + "/delta"));
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(overlay));
        Assert.True(Directory.Exists(overlay + "/olwork"));
    }

    [Fact]
    public void ADirectoryOfSomethingElseIsRefused()
    {
        using TemporaryDirectory directory = new();
        directory.Make("source/notes.txt");
        directory.MakeDirectory("container");
        LxcException error = Assert.Throws<LxcException>(() => Build(directory, "source"));
        Assert.Equal(LxcErrorId.TemplateFailed, error.ErrorId);
        Assert.Contains("does not look like a root file system", error.Message);
    }

    [Fact]
    public void ADirectoryAroundTheContainerIsRefused()
    {
        using TemporaryDirectory directory = new();
        directory.MakeDirectory("source/etc");
        directory.MakeDirectory("source/container");
        LxcException error = Assert.Throws<LxcException>(() => RootfsTemplate.Parse(directory.At("source"))
            .Build(new() { ContainerName = "c", ContainerDirectory = directory.At("source/container") }));
        Assert.Equal(LxcErrorId.TemplateFailed, error.ErrorId);
        Assert.Contains("holds the container's own directory", error.Message);
    }

    [Fact]
    public void AColonSeparatesLayersAndSoIsRefused()
    {
        using TemporaryDirectory directory = new();
        directory.MakeDirectory("so:urce/etc");
        directory.MakeDirectory("container");
        Assert.Contains("colon", Assert.Throws<LxcException>(() => Build(directory, "so:urce")).Message);
    }

    private static TemplateResult Build(TemporaryDirectory directory, string source) =>
        RootfsTemplate.Parse(directory.At(source)).Build(new() { ContainerName = "c", ContainerDirectory = directory.At("container") });
}

using LxcPS.Engine;
using LxcPS.Engine.Templates;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests.Templates;

public class RootfsTemplateTests
{
    [Theory]
    [InlineData("Host", TemplateKind.Host)]
    [InlineData("host", TemplateKind.Host)]
    [InlineData("BUSYBOX", TemplateKind.Busybox)]
    [InlineData("none", TemplateKind.None)]
    public void NamesAreReadInAnyCase(string name, TemplateKind kind) => Assert.Equal(kind, RootfsTemplate.Parse(name).Kind);

    [Fact]
    public void EveryNameIsATemplate()
    {
        Assert.Equal("Host", TemplateInfo.Named[0].Name);
        foreach (TemplateInfo.Row row in TemplateInfo.Named.Where(row => row.Kind != TemplateKind.Image))
        {
            Assert.Equal(row.Kind, RootfsTemplate.Parse(row.Name).Kind);
        }
    }

    [Fact]
    public void AnUnknownWordNamesTheCmdletThatListsTheTemplates()
    {
        LxcException error = Assert.Throws<LxcException>(() => RootfsTemplate.Parse("debain"));
        Assert.Equal(LxcErrorId.TemplateFailed, error.ErrorId);
        Assert.Contains("'debain'", error.Message);
        Assert.Contains("Get-LxcTemplate", error.Advice);
    }

    [Theory]
    [InlineData("/nowhere/root")]
    [InlineData("./nowhere")]
    [InlineData("missing.tar.xz")]
    public void APathThatIsMissingIsNamedInFull(string path)
    {
        LxcException error = Assert.Throws<LxcException>(() => RootfsTemplate.Parse(path));
        Assert.Equal(LxcErrorId.TemplateFailed, error.ErrorId);
        Assert.Contains($"'{Path.GetFullPath(path)}'", error.Message);
    }

    [Fact]
    public void ADirectoryAndAFileAreToldApart()
    {
        using TemporaryDirectory directory = new();
        string file = directory.Make("image.tar");
        Assert.Equal(TemplateKind.Directory, RootfsTemplate.Parse(directory.Path).Kind);
        Assert.Equal(TemplateKind.Archive, RootfsTemplate.Parse(file).Kind);
    }

    [Fact]
    public void NoneMakesNothing()
    {
        using TemporaryDirectory directory = new();
        TemplateResult result = RootfsTemplate.Parse("None").Build(new() { ContainerName = "c", ContainerDirectory = directory.Path });
        Assert.Empty(result.Settings);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    [Theory]
    [InlineData(Errno.ENOSPC, LxcErrorId.StorageFull)]
    [InlineData(Errno.EDQUOT, LxcErrorId.StorageFull)]
    [InlineData(Errno.EROFS, LxcErrorId.StorageFailed)]
    public void AFullFileSystemHasAnIdOfItsOwn(int errno, string id)
    {
        LxcException error = RootfsTemplate.Storage(new() { ContainerName = "c", ContainerDirectory = "/d" }, errno, new LinuxException("write", errno, "etc/hosts"));
        Assert.Equal(id, error.ErrorId);
        Assert.Equal(errno, error.Errno);
        Assert.Equal("c", error.ContainerName);
        Assert.Contains("'/d'", error.Message);
        Assert.NotNull(error.Advice);
    }
}

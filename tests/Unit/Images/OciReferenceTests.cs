using LxcPS.Engine;
using LxcPS.Engine.Images;
using Xunit;

namespace LxcPS.Tests.Images;

public sealed class OciReferenceTests
{
    [Theory]
    [InlineData("alpine", "docker://alpine")]
    [InlineData("alpine:3.20", "docker://alpine:3.20")]
    [InlineData("docker://ghcr.io/a/b@sha256:00", "docker://ghcr.io/a/b@sha256:00")]
    [InlineData("dir:/somewhere", "dir:/somewhere")]
    [InlineData("docker-daemon:alpine:3", "docker-daemon:alpine:3")]
    public void WhatIsNoPathIsSkopeos(string text, string remote)
    {
        OciReference reference = OciReference.Parse(text);
        Assert.Equal(remote, reference.Remote);
        Assert.Null(reference.Path);
    }

    [Theory]
    [InlineData("", "", "with:colon", null)]
    [InlineData("oci:", "", "with:colon", null)]
    [InlineData("", ":one", "with:colon", "one")]
    [InlineData("docker-archive:", ":name:tag", "with:colon", "name:tag")]
    public void APathMayHaveATag(string transport, string rest, string name, string? tag)
    {
        using TemporaryDirectory directory = new();
        directory.MakeDirectory(name);
        OciReference reference = OciReference.Parse(transport + directory.At(name) + rest);
        Assert.Equal(directory.At(name), reference.Path);
        Assert.Equal(tag, reference.Tag);
    }

    [Fact]
    public void APathThatIsNotThereIsSaid() => Assert.Equal(LxcErrorId.ImageNotFound, Assert.Throws<LxcException>(() => OciReference.Parse("/no/such:tag")).ErrorId);
}

using LxcPS.Engine.Templates;
using Xunit;

namespace LxcPS.Tests;

public sealed class TemplateInfoTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("# vim: set ts=4:\nset -eu\n#\n# LXC template for Own Linux 3\n", "LXC template for Own Linux 3")]
    [InlineData("\n#\n# Makes an own system\n# Authors:\n# Some One\n", "Makes an own system")]
    [InlineData("#\n# lxc: linux Container library\n\n# Authors:\n# Some One\n", "A template script")]
    [InlineData("# Copyright 2026 Some One\n", "A template script")]
    [InlineData("exit 0\n", "A template script")]
    public void AScriptIsDescribedByWhatItsCommentsSayOfIt(string text, string description)
    {
        string path = directory.Path + "/lxc-own";
        File.WriteAllText(path, "#!/bin/sh\n" + text);
        Assert.Equal(description, TemplateInfo.DescriptionOf(path));
    }
}

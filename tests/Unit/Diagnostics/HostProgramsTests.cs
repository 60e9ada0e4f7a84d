using LxcPS.Engine.Diagnostics;
using Xunit;

namespace LxcPS.Tests.Diagnostics;

public class HostProgramsTests
{
    [Fact]
    public void TheFirstExecutableInPathCounts()
    {
        using TemporaryDirectory directory = new();
        directory.Make("a/lxcps-tool");
        directory.MakeDirectory("b/lxcps-tool");
        string tool = directory.Make("c/lxcps-tool", "#!/bin/sh", (UnixFileMode)0x1ED);
        Assert.Equal(tool, HostPrograms.Find("lxcps-tool", $"relative::{directory.At("a")}:{directory.At("b")}:{directory.At("c")}"));
        Assert.Null(HostPrograms.Find("lxcps-tool", directory.At("a")));
    }

    [Fact]
    public void TheSystemsDirectoriesAreSearchedWithoutPath() => Assert.EndsWith("/sh", HostPrograms.Find("sh", string.Empty));
}

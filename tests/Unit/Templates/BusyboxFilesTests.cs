using LxcPS.Engine.Templates;
using Xunit;

namespace LxcPS.Tests.Templates;

public class BusyboxFilesTests
{
    [Fact]
    public void AppletsAreNamesALine() =>
        Assert.Equal(["[", "[[", "ash"], BusyboxFiles.ParseApplets("[\n[[\nash\n\nusage: busybox [x]\n../sh\n"));

    [Fact]
    public void InitHasAShellOnTheConsoleAndMountsNothing()
    {
        Dictionary<string, string> files = [];
        foreach ((string name, string text, _) in BusyboxFiles.Of("box"))
        {
            files.Add(name, text);
        }

        Assert.Contains("console::askfirst:-/bin/sh\n", files["etc/inittab"]);
        Assert.DoesNotContain("mount", files["etc/init.d/rcS"]);
        Assert.DoesNotContain("hostname", files["etc/init.d/rcS"]);
        Assert.Equal("box\n", files["etc/hostname"]);
        Assert.Contains("127.0.1.1 box\n", files["etc/hosts"]);
        Assert.StartsWith("root:*:", files["etc/shadow"]);
    }
}

using System.Text;
using LxcPS.Engine;
using LxcPS.Engine.Items;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests.Items;

public class NamePatternTests
{
    [Theory]
    [InlineData("*", "a", true)]
    [InlineData("*", ".a", false)]
    [InlineData(".*", ".a", true)]
    [InlineData("?a", ".a", false)]
    [InlineData("[.]a", ".a", false)]
    [InlineData("a*c", "abbbc", true)]
    [InlineData("a*c", "abbb", false)]
    [InlineData("a*b*c", "axbybzc", true)]
    [InlineData("*.log", "x.log.1", false)]
    [InlineData("??", "é!", true)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[a-c]x", "dx", false)]
    [InlineData("[ab-]", "-", true)]
    [InlineData("A", "a", false)]
    [InlineData("`*", "*", true)]
    [InlineData("`*", "a", false)]
    [InlineData("a`[1]", "a[1]", true)]
    [InlineData("a[", "a[", true)]
    [InlineData("a[]", "a[]", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    public void WildcardsMeanWhatPowerShellsDo(string pattern, string name, bool isMeant) =>
        Assert.Equal(isMeant, NamePattern.Parse(pattern).IsMatch(Encoding.UTF8.GetBytes(name), hidden: false));

    [Fact]
    public void HiddenNamesAreMeantWhereThatIsAskedFor() => Assert.True(NamePattern.Parse("*").IsMatch(".a"u8, hidden: true));

    [Fact]
    public void ManyStarsTakeNoLongTime() =>
        Assert.False(NamePattern.Parse(string.Concat(Enumerable.Repeat("*a", 40)) + "b").IsMatch(Encoding.ASCII.GetBytes(new string('a', 255)), hidden: false));

    [Fact]
    public void APatternIsResolvedInItsRoot()
    {
        using TemporaryDirectory directory = new();
        directory.Make("root/one/a.log");
        directory.Make("root/one/b.log");
        directory.Make("root/one/.hidden.log");
        directory.Make("root/two/a.txt");
        directory.Make("outside/c.log");
        directory.Link("root/up", "../outside");
        directory.Link("root/three", "/one");
        int root = Descriptors.OpenPath(directory.At("root"), directory: true);
        try
        {
            Assert.Equal(["/one/a.log", "/one/b.log", "/three/a.log", "/three/b.log"], Expand(root, "/*/*.log"));
            Assert.Equal(["/one/.hidden.log", "/one/a.log"], Expand(root, "one/[.a]*", hidden: true));
            Assert.Equal(["/two/a.txt"], Expand(root, "*/a.txt"));
            Assert.Equal(["/none/a"], Expand(root, "none//a"));
            Assert.Empty(Expand(root, "none/*"));
            Assert.Empty(Expand(root, "up/*"));
        }
        finally
        {
            Descriptors.Close(root);
        }
    }

    [Fact]
    public void ACopySurvivesItsCommandLine()
    {
        ItemRequest sent = new()
        {
            LxcPath = "/var/lib/lxc", Name = "web 1", IsInto = false, Paths = ["--", "--name", "/a b"], Destination = "--force", HasWildcards = true, Force = true,
        };
        string[] line = [.. sent.ToArguments(7)];
        Assert.Equal("copy", line[0]);
        ItemRequest got = ItemRequest.Parse(line.AsSpan(1));
        Assert.Equal((sent.LxcPath, sent.Name, false, "--force", true, false, true, 7),
            (got.LxcPath, got.Name, got.IsInto, got.Destination, got.HasWildcards, got.Recurse, got.Force, got.ReportDescriptor));
        Assert.Equal(sent.Paths, got.Paths);
        Assert.Throws<LxcException>(() => ItemRequest.Parse(["--lxcpath", "/x", "--name", "y", "--into", "/", "--"]));
        Assert.Throws<LxcException>(() => ItemRequest.Parse(["--lxcpath", "/x", "--name", "y", "--", "/a"]));
        Assert.Throws<LxcException>(() => ItemRequest.Parse(["--lxcpath", "/x", "--name"]));
    }

    [Fact]
    public void AMountSurvivesItsCommandLine()
    {
        ItemMountRequest sent = new() { LxcPath = "/x", Name = "web1", Path = "--read-only", IsReadOnly = true, Destination = "--" };
        string[] line = [.. sent.ToArguments(3)];
        Assert.Equal("mount", line[0]);
        ItemMountRequest got = ItemMountRequest.Parse(line.AsSpan(1));
        Assert.Equal(("/x", "web1", "--read-only", true, "--", 3), (got.LxcPath, got.Name, got.Path, got.IsReadOnly, got.Destination, got.ReportDescriptor));
        Assert.Null(ItemMountRequest.Parse(["--lxcpath", "/x", "--name", "y", "/a"]).Path);
        Assert.Throws<LxcException>(() => ItemMountRequest.Parse(["--lxcpath", "/x", "--name", "y"]));
    }

    private static string[] Expand(int root, string pattern, bool hidden = false) =>
        [.. PathPattern.Expand(root, pattern, hidden).Select(path => Encoding.UTF8.GetString(path))];
}

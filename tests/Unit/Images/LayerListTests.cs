using LxcPS.Engine.Templates;
using Xunit;

namespace LxcPS.Tests.Images;

public sealed class LayerListTests
{
    [Fact]
    public void DirectoriesAndTargetsAreThoseOfTheListing()
    {
        LayerList list = LayerList.Parse("""
            drwxr-xr-x 0/0               0 2026-01-02 03:04 ./
            drwxr-xr-x root/root         0 2026-01-02 03:04 ./a b/
            -rw-r--r-- 0/0               5 2026-01-02 03:04 ./a b/file
            hrw-r--r-- 0/0               0 2026-01-02 03:04 ./a b/other link to ./a b/file
            drwxr-xr-x 0/0               0 2026-01-02 03:04 \303\274\\x/
            lrwxrwxrwx 0/0               0 2026-01-02 03:04 ./l -> /etc
            brw-r--r-- 0/0             8,0 2026-01-02 03:04 ./disk
            drwxr-xr-x 0/0               0 2026-01-02 03:04   two blanks/
            """);
        Assert.Equal(["", "  two blanks", "a b", "\u00C3\u00BC\\x"], list.Directories.Order(StringComparer.Ordinal));
        Assert.Equal(["a b/file"], list.LinkTargets);
    }

    [Theory]
    [InlineData("")]
    [InlineData("d")]
    [InlineData("drwx 0/0")]
    [InlineData("h     ")]
    [InlineData("drwxr-xr-x 0/0 0 2026-01-02 03:04 end\\")]
    [InlineData("drwxr-xr-x 0/0 0 2026-01-02 03:04 end\\30")]
    public void LinesThatAreCutAreBorne(string line) => Assert.Empty(LayerList.Parse(line).LinkTargets);
}

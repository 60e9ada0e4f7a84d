using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests;

public class ErrnoTests
{
    [Fact]
    public void AMessageNamesCallPathAndErrno()
    {
        LinuxException error = new("mount", Errno.ENOENT, "/a/b");
        Assert.Equal("mount '/a/b': No such file or directory (ENOENT)", error.Message);
        Assert.Equal(2, error.Number);
    }
}

using LxcPS.Engine.Templates;
using Xunit;

namespace LxcPS.Tests.Templates;

public class ArchiveFormatTests
{
    [Theory]
    [InlineData("1F8B0800", "gzip")]
    [InlineData("FD377A585A0000", "xz")]
    [InlineData("28B52FFD04", "zstd")]
    [InlineData("425A683931", "bzip2")]
    public void CompressionIsToldByTheFirstBytes(string head, string program) =>
        Assert.Equal(program, ArchiveFormat.Of(Convert.FromHexString(head))?.Program);

    [Fact]
    public void APlainArchiveHasItsMagicInTheFirstHeader()
    {
        byte[] head = new byte[512];
        "ustar"u8.CopyTo(head.AsSpan(257));
        ArchiveFormat? format = ArchiveFormat.Of(head);
        Assert.NotNull(format);
        Assert.Null(format.Program);
    }

    [Fact]
    public void OtherFilesAreNone()
    {
        Assert.Null(ArchiveFormat.Of("PK\u0003\u0004"u8));
        Assert.Null(ArchiveFormat.Of([]));
    }
}

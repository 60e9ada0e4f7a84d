using LxcPS.Engine;
using LxcPS.Engine.Store;
using Xunit;

namespace LxcPS.Tests;

public class ContainerNameTests
{
    [Theory]
    [InlineData("web1")]
    [InlineData("a")]
    [InlineData("x-y_z.1")]
    [InlineData("two words")]
    [InlineData("büro")]
    [InlineData("\U0001F433")]
    public void NamesOfOneComponentAreTaken(string name) => ContainerName.Validate(name);

    [Theory]
    [InlineData("", "empty")]
    [InlineData(".", "directory")]
    [InlineData("..", "directory")]
    [InlineData(".hidden", "dot")]
    [InlineData("a/b", "/")]
    [InlineData("/", "/")]
    [InlineData("a\0b", "control")]
    [InlineData("a\nb", "control")]
    [InlineData("a\u001b[31m", "control")]
    [InlineData("a\u0085b", "control")]
    [InlineData(" a", "blank")]
    [InlineData("a ", "blank")]
    public void OthersAreRefusedWithTheReason(string name, string reason)
    {
        LxcException error = Assert.Throws<LxcException>(() => ContainerName.Validate(name));
        Assert.Equal(LxcErrorId.InvalidName, error.ErrorId);
        Assert.Contains(reason, error.Message);
        Assert.NotNull(error.Advice);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Fact]
    public void HalfASurrogatePairIsNoText()
    {
        // Not as a row above: attributes are kept as UTF-8.
        Assert.Contains("UTF-8", ContainerName.Reason("a\ud800"));
        Assert.Contains("UTF-8", ContainerName.Reason("\udc33a"));
    }

    [Fact]
    public void TheLimitIsInBytes()
    {
        ContainerName.Validate(new string('a', ContainerName.MaximumBytes));
        Assert.False(ContainerName.IsValid(new string('a', ContainerName.MaximumBytes + 1)));
        Assert.False(ContainerName.IsValid(new string('ü', ContainerName.MaximumBytes / 2 + 1)));
        Assert.False(ContainerName.IsValid(new string('a', 256)));
    }
}

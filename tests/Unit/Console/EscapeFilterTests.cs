using System.Text;
using LxcPS.Engine.Console;
using Xunit;

namespace LxcPS.Tests.Console;

public class EscapeFilterTests
{
    [Theory]
    [InlineData("abc", "abc", false)]
    [InlineData("ab\u0001q", "ab", true)]
    [InlineData("\u0001qrest", "", true)]
    [InlineData("q\u0001", "q", false)]
    [InlineData("\u0001\u0001q", "\u0001q", false)]
    [InlineData("\u0001\u0001\u0001q", "\u0001", true)]
    [InlineData("\u0001xq", "xq", false)]
    [InlineData("", "", false)]
    public void FindsTheTwoKeysInWholeAndInPieces(string typed, string passed, bool leaves)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(typed);
        List<byte> whole = [];
        Assert.Equal(leaves, new EscapeFilter(1).Take(bytes, whole));
        Assert.Equal(passed, Encoding.ASCII.GetString([.. whole]));
        EscapeFilter filter = new(1);
        List<byte> pieces = [];
        Assert.Equal(leaves, bytes.Any(key => filter.Take([key], pieces)));
        Assert.Equal(whole, pieces);
    }

    [Fact]
    public void ARequestIsReadAsItWasWritten()
    {
        ConsoleRequest request = ConsoleRequest.Parse(
            new ConsoleRequest { LxcPath = "/a b", Name = "web", Number = 3, Escape = 'q' }.ToArguments(reportDescriptor: 3).ToArray().AsSpan(1));
        Assert.Equal(("/a b", "web", 3, 'q', 3), (request.LxcPath, request.Name, request.Number, request.Escape, request.ReportDescriptor));
        request = ConsoleRequest.Parse(["--lxcpath", "/a", "--name", "web"]);
        Assert.Equal((ConsoleRequest.AnyTty, 'a', -1), (request.Number, request.Escape, request.ReportDescriptor));
    }

    [Theory]
    [InlineData("--lxcpath", "/a")]
    [InlineData("--lxcpath", "/a", "--name", "web", "--tty", "x")]
    [InlineData("--lxcpath", "/a", "--name", "web", "--escape", "ab")]
    [InlineData("--lxcpath", "/a", "--name", "web", "--tty")]
    public void AnIncompleteOneIsRefused(params string[] arguments) =>
        Assert.Equal("ConsoleFailed", Assert.Throws<LxcPS.Engine.LxcException>(() => ConsoleRequest.Parse(arguments)).ErrorId);
}

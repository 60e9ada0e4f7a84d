using LxcPS.Engine;
using LxcPS.Engine.Operations;
using Xunit;

namespace LxcPS.Tests;

public class HelperArgumentsTests
{
    [Theory]
    [InlineData("--name", "a", "--name", "--deep", "--deep", "--", "--name", "x")]
    [InlineData("--deep", "--name", "a", "--name", "--deep", "--", "--name", "x")]
    public void OptionsHaveValuesThatMayLookLikeOptionsAndTheRestIsLeftAlone(params string[] arguments)
    {
        HelperArguments read = Read(arguments);
        Assert.Equal(["a", "--deep"], read.All("--name"));
        Assert.Equal("--deep", read.Find("--name"));
        Assert.True(read.Has("--deep"));
        Assert.Equal(["--name", "x"], read.Rest);
        Assert.Equal(-1, read.Report);
    }

    [Theory]
    [InlineData("/a", "/a")]
    [InlineData("--report 5 -- ", "")]
    [InlineData("--report 5 list --name", "list,--name")]
    public void TheRestBeginsWithoutAnOption(string line, string rest)
    {
        HelperArguments read = Read(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(rest, string.Join(',', read.Rest));
        Assert.Null(read.Find("--name"));
        Assert.False(read.Has("--deep"));
    }

    [Theory]
    [InlineData("--other x", "does not know the argument '--other'")]
    [InlineData("--report 3 --name", "needs a value after '--name'")]
    [InlineData("--report three", "needs a number after --report")]
    [InlineData("", "needs --name")]
    public void WhatIsWrongIsSaid(string line, string words)
    {
        LxcException e = Assert.Throws<LxcException>(() =>
        {
            HelperArguments read = Read(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            return read.Report < 0 ? read.Need("--name") : string.Empty;
        });
        Assert.Equal(LxcErrorId.CopyFailed, e.ErrorId);
        Assert.Equal($"The helper {words}", e.Message);
    }

    [Theory]
    [InlineData("more")]
    [InlineData("--", "more")]
    public void WhatIsNoOptionIsRefusedWhereThereMayBeNone(params string[] arguments) =>
        Assert.Equal($"The helper does not know the argument '{arguments[0]}'",
            Assert.Throws<LxcException>(() => HelperArguments.Read(arguments, LxcErrorId.CopyFailed, ["--name"])).Message);

    private static HelperArguments Read(string[] arguments) => HelperArguments.Read(arguments, LxcErrorId.CopyFailed, ["--name", "--report"], ["--deep"], takesRest: true);
}

using LxcPS.Engine.LifeCycle;
using Xunit;

namespace LxcPS.Tests.LifeCycle;

public class HelperMessageTests
{
    [Fact]
    public void ArgumentsAndEnvironmentArriveAsTheyAre()
    {
        string[] arguments = ["attach", "--", "printf", "", "ü", "two\nlines", "3"];
        string[] environment = ["HOME=/root", "EMPTY=", "7"];
        (int first, string[] gotArguments, string[] gotEnvironment) = HelperMessage.Read(HelperMessage.TryWrite(3, arguments, environment)!);
        Assert.Equal(3, first);
        Assert.Equal(arguments, gotArguments);
        Assert.Equal(environment, gotEnvironment);
    }

    [Fact]
    public void NoEnvironmentIsNone() => Assert.Empty(HelperMessage.Read(HelperMessage.TryWrite(0, ["attach"], [])!).Environment);

    [Fact]
    public void AZeroByteInsideIsNotSent()
    {
        Assert.Null(HelperMessage.TryWrite(0, ["a\0b"], []));
        Assert.Null(HelperMessage.TryWrite(0, ["a"], ["B=\0"]));
    }

    [Fact]
    public void WhatIsTooLongIsNotSent()
    {
        string longest = new('x', HelperMessage.MaximumLength - "0|1||".Length);
        Assert.Equal(HelperMessage.MaximumLength, HelperMessage.TryWrite(0, [longest], [])!.Length);
        Assert.Null(HelperMessage.TryWrite(0, [longest + "x"], []));
    }
}

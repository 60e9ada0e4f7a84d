using LxcPS.Engine.Attach;
using Xunit;

namespace LxcPS.Tests.LifeCycle;

public class AttachMessageTests
{
    [Fact]
    public void ArgumentsAndEnvironmentArriveAsTheyAre()
    {
        string[] arguments = ["attach", "--", "printf", "", "ü", "two\nlines", "3"];
        string[] environment = ["HOME=/root", "EMPTY=", "7"];
        (string[] gotArguments, string[] gotEnvironment) = AttachMessage.Read(AttachMessage.TryWrite(arguments, environment)!);
        Assert.Equal(arguments, gotArguments);
        Assert.Equal(environment, gotEnvironment);
    }

    [Fact]
    public void NoEnvironmentIsNone() => Assert.Empty(AttachMessage.Read(AttachMessage.TryWrite(["attach"], [])!).Environment);

    [Fact]
    public void AZeroByteInsideIsNotSent()
    {
        Assert.Null(AttachMessage.TryWrite(["a\0b"], []));
        Assert.Null(AttachMessage.TryWrite(["a"], ["B=\0"]));
    }

    [Fact]
    public void WhatIsTooLongIsNotSent()
    {
        string longest = new('x', AttachMessage.MaximumLength - "1\0\0".Length);
        Assert.Equal(AttachMessage.MaximumLength, AttachMessage.TryWrite([longest], [])!.Length);
        Assert.Null(AttachMessage.TryWrite([longest + "x"], []));
    }
}

using LxcPS.Engine;
using LxcPS.Engine.Configuration;
using Xunit;

namespace LxcPS.Tests;

public class SignalsTests
{
    [Theory]
    [InlineData("SIGTERM", 15)]
    [InlineData("TERM", 15)]
    [InlineData("sigterm", 15)]
    [InlineData("15", 15)]
    [InlineData("SIGPWR", 30)]
    [InlineData("SIGCLD", 17)]
    [InlineData("SIGRTMIN", 34)]
    [InlineData("SIGRTMIN+3", 37)]
    [InlineData("RTMIN+30", 64)]
    [InlineData("SIGRTMAX-1", 63)]
    [InlineData("SIGRTMAX-0", 64)]
    public void NamesAndNumbersAreRead(string text, int signal) => Assert.Equal(signal, Signals.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("SIG")]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("-9")]
    [InlineData("SIGNOPE")]
    [InlineData("SIGRTMIN+31")]
    [InlineData("SIGRTMIN+")]
    [InlineData("SIGRTMIN+-1")]
    [InlineData("SIGRTMIN-1")]
    [InlineData("9x")]
    public void WhatIsNoSignalIsRefused(string text) =>
        Assert.Equal(LxcErrorId.ConfigInvalidValue, Assert.Throws<LxcException>(() => Signals.Parse(text)).ErrorId);

    [Fact]
    public void EveryNumberHasANameThatLeadsBack()
    {
        for (int signal = 1; signal <= 64; signal++)
        {
            Assert.Equal(signal, Signals.Parse(Signals.Name(signal)));
        }

        Assert.Equal("SIGRTMIN+3", Signals.Name(37));
        Assert.Equal("SIGKILL", Signals.Name(9));
    }
}

using Xunit;
using LxcPS.Engine.Configuration;

namespace LxcPS.Tests;

public sealed class QuotedWordsTests
{
    [Theory]
    [InlineData("/sbin/init", "/sbin/init")]
    [InlineData("  /bin/sh \t -l ", "/bin/sh|-l")]
    [InlineData("/bin/sh -c 'echo \"a b\"; sleep 1'", "/bin/sh|-c|echo \"a b\"; sleep 1")]
    [InlineData("/bin/echo \"it's\" '' x", "/bin/echo|it's||x")]
    [InlineData("--name='a b'c", "--name=a bc")]
    [InlineData("/bin/sh 'not closed ", "/bin/sh|not closed ")]
    public void QuotesHoldWordsTogether(string text, string words) => Assert.Equal(words.Split('|'), QuotedWords.Split(text));

    [Theory]
    [InlineData("")]
    [InlineData(" \t ")]
    public void NothingHasNoWords(string text) => Assert.Empty(QuotedWords.Split(text));

    [Theory]
    [InlineData("/bin/sh|-c|echo \"it's\"; true")]
    [InlineData("''|\"\"||a b|'")]
    [InlineData("plain")]
    public void WhatIsJoinedIsSplitAgain(string words) => Assert.Equal(words.Split('|'), QuotedWords.Split(QuotedWords.Join(words.Split('|'))));
}

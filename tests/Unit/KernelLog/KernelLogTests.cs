using System.Text;
using LxcPS.Engine.KernelLog;
using Xunit;

namespace LxcPS.Tests.KernelLog;

public class KernelLogTests
{
    [Theory]
    [InlineData("<6>text", 14, "text")]
    [InlineData("<0>text", 8, "text")]
    [InlineData("<30>text", 30, "text")]
    [InlineData("<191>text", 191, "text")]
    [InlineData("text", 12, "text")]
    [InlineData("<>text", 12, "<>text")]
    [InlineData("<x>text", 12, "<x>text")]
    [InlineData("<-1>text", 12, "<-1>text")]
    [InlineData("< 6>text", 12, "< 6>text")]
    [InlineData("<99999999999>text", 12, "<99999999999>text")]
    [InlineData("<6", 12, "<6")]
    [InlineData("", 12, "")]
    [InlineData("<3>", 11, "")]
    public void APriorityIsReadAsTheKernelReadsIt(string line, int priority, string text)
    {
        Assert.Equal(priority, KernelLogRecord.PriorityOf(Encoding.UTF8.GetBytes(line), out ReadOnlySpan<byte> rest));
        Assert.Equal(text, Encoding.UTF8.GetString(rest));
    }

    [Fact]
    public void WhatIsWrittenBecomesALineEach()
    {
        List<string> lines = [];
        LineAssembler assembler = new(line => lines.Add(Encoding.UTF8.GetString(line)));
        assembler.Add("one\ntw"u8);
        Assert.Equal(["one"], lines);
        assembler.Add("o\n\n\0three"u8);
        assembler.Flush();
        assembler.Flush();
        Assert.Equal(["one", "two", "three"], lines);
        assembler.Add(Encoding.UTF8.GetBytes(new string('x', 2500)));
        assembler.Flush();
        Assert.Equal([1000, 1000, 500], lines.Skip(3).Select(line => line.Length));
    }

    [Fact]
    public void ALineIsThatOfSyslog()
    {
        KernelLogRing ring = new(1000);
        ring.Append(14, 5_000_123, 0, "hello"u8);
        ring.Append(3, 123_456_789_000, 0, "there"u8);
        Assert.Equal("<14>[    5.000123] hello\n<3>[123456.789000] there\n", Text(ring.ReadAll(1000)));
    }

    [Fact]
    public void TheOldestFallOut()
    {
        KernelLogRing ring = new(1000);
        for (int i = 0; i < 100; i++)
        {
            ring.Append(12, 0, 0, Encoding.UTF8.GetBytes($"message {i}"));
        }

        Assert.InRange(ring.Records.Count, 15, 25);
        Assert.Equal(99, ring.Records.Last().Sequence);
        byte[] all = ring.ReadAll(1000);
        Assert.InRange(all.Length, 1, 1000);
        Assert.Equal(all.Length, ring.UnreadSize);
        Assert.Equal(Text(all), Text(ring.Read(1000)));
        Assert.False(ring.HasUnread);
    }

    [Fact]
    public void ReadingAllTakesNothingAndGivesTheLastThatHaveRoom()
    {
        KernelLogRing ring = Of("a", "b", "c");
        Assert.Equal("abc", Letters(ring.ReadAll(1000)));
        Assert.Equal("c", Letters(ring.ReadAll(30)));
        Assert.Empty(ring.ReadAll(5));
        ring.Clear();
        Assert.Empty(ring.ReadAll(1000));
        ring.Append(12, 0, 0, "d"u8);
        Assert.Equal("d", Letters(ring.ReadAll(1000)));

        // What is cleared is not what klogd has yet to read.
        Assert.Equal("abcd", Letters(ring.Read(1000)));
    }

    [Fact]
    public void ReadingTakesWholeLinesAndPartsOfThoseThatHaveNoRoom()
    {
        KernelLogRing ring = Of("a", "b");
        string expected = Text(ring.ReadAll(1000));
        int line = expected.Length / 2;
        Assert.Equal(line, ring.Read(line + 3).Length);
        Assert.Equal(line, ring.UnreadSize);
        Assert.Equal(expected.Substring(line, 4), Text(ring.Read(4)));
        Assert.Equal(line - 4, ring.UnreadSize);
        Assert.Equal(expected[(line + 4)..], Text(ring.Read(1000)));
        Assert.Equal((0, false), (ring.UnreadSize, ring.HasUnread));
    }

    [Fact]
    public void AMessageThatIsReadInPartMayFallOut()
    {
        KernelLogRing ring = new(200);
        ring.Append(12, 0, 0, "first"u8);
        Assert.Equal(4, ring.Read(4).Length);
        for (int i = 0; i < 10; i++)
        {
            ring.Append(12, 0, 0, "later"u8);
        }

        Assert.StartsWith("<12>[", Text(ring.Read(1000)));
    }

    [Fact]
    public void AMonitorsAnswerIsReadAndItsNoiseIsNot()
    {
        IReadOnlyList<KernelLogMessage> messages = KernelLogReader.Parse("0 30 5000123 1700000000000000 a b\u001b[2J\n\nnoise\n1 x 2 3 4\n7 11 1 2 \n9 1 1 999999999999999999 x\n");
        Assert.Equal(2, messages.Count);
        Assert.Equal(
            new KernelLogMessage(0, KernelLogLevel.Information, KernelLogFacility.Daemon, TimeSpan.FromMicroseconds(5000123),
                new DateTime(2023, 11, 14, 22, 13, 20, DateTimeKind.Utc), @"a b\x1b[2J"), messages[0]);
        Assert.Equal((7, KernelLogLevel.Error, KernelLogFacility.User, string.Empty),
            (messages[1].Sequence, messages[1].Level, messages[1].Facility, messages[1].Text));
    }

    private static KernelLogRing Of(params string[] texts)
    {
        KernelLogRing ring = new(1000);
        foreach (string text in texts)
        {
            ring.Append(12, 0, 0, Encoding.UTF8.GetBytes(text));
        }

        return ring;
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static string Letters(byte[] bytes) => string.Concat(Text(bytes).Split('\n').Select(line => line.Length > 0 ? line[^1..] : string.Empty));
}

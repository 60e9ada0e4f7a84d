using LxcPS.Engine.LifeCycle;
using Xunit;

namespace LxcPS.Tests;

public class MonitorLogTests
{
    [Fact]
    public void ALineHasThePartsOfLxcs() => Assert.Equal(
        "lxcps-monitor web1 20260102030405.067 WARN     start - left\\nout\n",
        MonitorLog.LineOf("web1", new DateTime(2026, 1, 2, 3, 4, 5, 67, DateTimeKind.Utc), LogLevel.Warn, "start", "left\nout"));

    [Theory]
    [InlineData(null, 5)]
    [InlineData("", 5)]
    [InlineData("0", 0)]
    [InlineData("8", 8)]
    [InlineData("9", 9)]
    [InlineData("trace", 0)]
    [InlineData("Warning", 4)]
    [InlineData("WARN", 4)]
    [InlineData("FATAL", 8)]
    public void LevelsHaveNamesAndNumbers(string? level, int number) => Assert.Equal(number, (int)MonitorLog.LevelOf(level));
}

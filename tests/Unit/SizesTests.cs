using LxcPS.Engine;
using LxcPS.Engine.Configuration;
using Xunit;

namespace LxcPS.Tests;

public class SizesTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("500000", 500_000)]
    [InlineData("12B", 12)]
    [InlineData("64KB", 65_536)]
    [InlineData("64 kb", 65_536)]
    [InlineData("1MB", 1_048_576)]
    [InlineData("2GB", 2_147_483_648)]
    [InlineData("512MiB", 536_870_912)]
    [InlineData("3G", 3_221_225_472)]
    [InlineData("1TB", 1_099_511_627_776)]
    [InlineData("7EB", 8_070_450_532_247_928_832)]
    public void UnitsArePowersOf1024(string text, long bytes) => Assert.Equal(bytes, Sizes.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("KB")]
    [InlineData("-1")]
    [InlineData("1.5GB")]
    [InlineData("10XB")]
    [InlineData("1KBB")]
    [InlineData("8EB")]
    [InlineData("9223372036854775808")]
    public void WhatIsNoSizeIsRefused(string text)
    {
        LxcException error = Assert.Throws<LxcException>(() => Sizes.Parse(text));
        Assert.Equal(LxcErrorId.ConfigInvalidValue, error.ErrorId);
        Assert.Contains($"'{text}'", error.Message);
    }
}

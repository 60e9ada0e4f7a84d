using LxcPS.Engine.Items;
using Xunit;

namespace LxcPS.Tests.Items;

public class AttributeIdsTests
{
    private static readonly byte[] OfRoot = Convert.FromHexString("0100000200200000000000000000000000000000");
    private static readonly byte[] OfOther = Convert.FromHexString("0100000300200000000000000000000000000000A0860100");

    [Fact]
    public void CapabilitiesSayWhoseRootTheyAreFor()
    {
        Assert.Equal(0u, AttributeIds.RootOf(OfRoot));
        Assert.Equal(100_000u, AttributeIds.RootOf(OfOther));
        Assert.Equal(OfOther, AttributeIds.WithRoot(OfRoot, 100_000));
        Assert.Equal(OfRoot, AttributeIds.WithRoot(OfOther, 0));
    }

    [Theory]
    [InlineData("")]
    [InlineData("010000022000000000000000")]
    [InlineData("0100000300200000000000000000000000000000")]
    [InlineData("0100000200200000000000000000000000000000A0860100")]
    [InlineData("0100000400200000000000000000000000000000")]
    public void CapabilitiesOfAnUnknownFormHaveNone(string value) => Assert.Null(AttributeIds.RootOf(Convert.FromHexString(value)));

    [Fact]
    public void AnAccessListLosesTheUsersAndGroupsThatAreNotKept()
    {
        const string owner = "01000600FFFFFFFF";
        const string user = "020004004D000000";
        const string ownGroup = "04000400FFFFFFFF";
        const string group = "0800040058000000";
        const string rest = "10000400FFFFFFFF20000000FFFFFFFF";
        byte[] list = Convert.FromHexString("02000000" + owner + user + ownGroup + group + rest);
        Assert.Equal(list, AttributeIds.Keep(list, (_, _) => true));
        Assert.Equal("02000000" + owner + ownGroup + group + rest, Convert.ToHexString(AttributeIds.Keep(list, (isGroup, id) => isGroup && id == 0x58)));
        Assert.Equal("02000000" + owner + user + ownGroup + rest, Convert.ToHexString(AttributeIds.Keep(list, (isGroup, id) => !isGroup && id == 0x4D)));
        Assert.Equal(list[..13], AttributeIds.Keep(list[..13], (_, _) => false));
    }
}

using LxcPS.Engine.Configuration;
using LxcPS.Engine.Operations;
using Xunit;

namespace LxcPS.Tests.Operations;

/// <summary>The expected orders are those that lxc-autostart -L lists.</summary>
public class AutoStartListTests
{
    private static readonly AutoStartEntry[] Marked =
    [
        Entry("a", 1), Entry("b", 5, "x", "y"), Entry("c", -2), Entry("e", 0, "onboot"), Entry("f", 0, "y", "x"), Entry("g", 1, "y"),
    ];

    [Theory]
    [InlineData(null, "c e f a g b")]
    [InlineData("", "c a")]
    [InlineData("x", "f b")]
    [InlineData("y,x", "f g b")]
    [InlineData("x,y", "f b g")]
    [InlineData("x,", "f b c a")]
    [InlineData("x,x", "f b")]
    [InlineData("none", "")]
    public void GroupsComeInTheirOrderAndContainersInTheirs(string? groups, string expected) =>
        Assert.Equal(expected, string.Join(' ', AutoStartList.Select(Marked, groups?.Split(',')).Select(entry => entry.Name)));

    [Fact]
    public void AConfigurationSaysItAll()
    {
        ContainerConfig config = ContainerConfig.Parse(
            "lxc.start.auto = 1\nlxc.start.order = -3\nlxc.start.delay = 5\nlxc.group = a b\nlxc.group = c\n", "/no/such/config");
        AutoStartEntry entry = AutoStartEntry.Of("web", config);
        Assert.True(AutoStartEntry.IsMarked(config));
        Assert.Equal(["a", "b", "c"], entry.Groups);
        Assert.Equal((-3, TimeSpan.FromSeconds(5)), (entry.Order, entry.Delay));
        ContainerConfig none = ContainerConfig.Create("/no/such/config");
        Assert.False(AutoStartEntry.IsMarked(none));
        Assert.Equal((0, TimeSpan.Zero), (AutoStartEntry.OrderOf(none), AutoStartEntry.DelayOf(none)));
    }

    private static AutoStartEntry Entry(string name, int order, params string[] groups) => new(name, groups, order, TimeSpan.Zero);
}

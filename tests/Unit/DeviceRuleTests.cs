using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Operations;
using Xunit;

namespace LxcPS.Tests;

public class DeviceRuleTests
{
    [Theory]
    [InlineData("c 1:3 rwm", "c 1:3 rwm")]
    [InlineData("b 8:* mr", "b 8:* rm")]
    [InlineData("a", "a")]
    [InlineData("a *:* rwm", "a")]
    public void ARuleIsReadAndWritten(string text, string expected)
    {
        Assert.True(DeviceRule.TryParse(true, text, out DeviceRule rule));
        Assert.Equal(expected, rule.Text);
    }

    [Theory]
    [InlineData(20, true, "c 10:229 rwm")]
    [InlineData(24, false, "b *:* m")]
    [InlineData(40, true, "c 1:* r")]
    [InlineData(20, true, "a")]
    [InlineData(24, true, "a")]
    [InlineData(24, false, "a")]
    [InlineData(40, false, "a")]
    public void ItTravelsAsLxcSendsIt(int size, bool allow, string text)
    {
        Assert.True(DeviceRule.TryParse(allow, text, out DeviceRule rule));
        byte[] data = new byte[size];
        rule.Write(data, size);
        Assert.True(DeviceRule.TryRead(data, out DeviceRule read));
        Assert.Equal(rule, read);
    }

    [Fact]
    public void TheBytesOfLxc5()
    {
        // 'c', 10, 229, "rw", 1, and a list node of whatever the client had there.
        byte[] data = Convert.FromHexString("63000000" + "0A000000" + "E5000000" + "72770000" + "01000000" + "FFFFFFFF" + "1122334455667788" + "8877665544332211");
        Assert.True(DeviceRule.TryRead(data, out DeviceRule rule));
        Assert.Equal((true, "c 10:229 rw"), (rule.Allow, rule.Text));
    }

    [Theory]
    [InlineData("64000000" + "0A000000" + "E5000000" + "72770000" + "01000000")]
    [InlineData("63000000" + "0A000000" + "E5000000" + "00000000" + "01000000")]
    [InlineData("63000000" + "0A000000" + "E5000000" + "78000000" + "01000000")]
    [InlineData("63000000" + "FEFFFFFF" + "E5000000" + "72770000" + "01000000")]
    [InlineData("63000000" + "0A000000" + "E5000000" + "72770000" + "02000000")]
    public void WhatIsNoneIsNotTaken(string data) => Assert.False(DeviceRule.TryRead(Convert.FromHexString(data), out _));

    [Theory]
    [InlineData("-a +c|1:3|rwm", "+c|10:229|rwm")]
    [InlineData("-a +c|1:3|rwm +c|10:229|r", "+c|10:229|rwm")]
    [InlineData("-a +c|1:3|rwm", "-c|1:3|w")]
    [InlineData("-a +c|1:3|rwm", "+a")]
    [InlineData("+a -c|1:3|w", "-c|1:3|rwm -b|8:*|r")]
    [InlineData("-a +c|1:3|r", "+c|1:3|rw -c|1:3|r +c|2:*|m")]
    public void WhatWasAppliedIsUndone(string before, string applied)
    {
        DeviceList list = List(before);
        IReadOnlyList<DeviceRule> changes = Rules(applied);
        IReadOnlyList<DeviceRule> undo = list.ToUndo(changes);
        Assert.Equal(Show(list), Show(DeviceList.Of([.. list.ToRules(), .. changes, .. undo])));
    }

    [Theory]
    [InlineData('c', 1, 3, DeviceAccess.Read | DeviceAccess.MakeNode)]
    [InlineData('c', 1, 4, DeviceAccess.MakeNode)]
    [InlineData('b', 1, 3, DeviceAccess.None)]
    public void TheAccessToADevice(char type, int major, int minor, DeviceAccess expected) =>
        Assert.Equal(expected, List("-a +c|*:*|m +c|1:3|rw -c|1:3|w").AccessTo(type, major, minor));

    [Theory]
    [InlineData(1, "lxc.cgroup.devices.deny=a lxc.cgroup.devices.allow=c|1:3|rwm", "+c|10:229|rwm",
        "lxc.cgroup.devices.deny=a lxc.cgroup.devices.allow=c|1:3|rwm lxc.cgroup.devices.allow=c|10:229|rwm")]
    [InlineData(1, "lxc.cgroup.devices.deny=a lxc.cgroup.devices.allow=c|1:3|rwm", "+c|1:3|rwm",
        "lxc.cgroup.devices.deny=a lxc.cgroup.devices.allow=c|1:3|rwm")]
    [InlineData(1, "lxc.cgroup.devices.deny=a lxc.cgroup.devices.allow=c|1:3|rwm", "-c|1:3|rwm", "lxc.cgroup.devices.deny=a")]
    [InlineData(1, "lxc.cgroup.devices.deny=a lxc.cgroup.devices.allow=c|1:3|rwm", "-c|1:3|w",
        "lxc.cgroup.devices.deny=a lxc.cgroup.devices.allow=c|1:3|rwm lxc.cgroup.devices.deny=c|1:3|w")]
    [InlineData(1, "lxc.cgroup.devices.deny=a lxc.cgroup.devices.allow=c|1:3|rwm", "-a", "lxc.cgroup.devices.deny=a")]
    [InlineData(1, "lxc.cgroup2.devices.deny=a", "+c|1:3|r", "lxc.cgroup2.devices.deny=a lxc.cgroup2.devices.allow=c|1:3|r")]
    [InlineData(1, "lxc.cgroup.devices.deny=a lxc.cgroup2.devices.deny=a", "+c|1:3|r",
        "lxc.cgroup.devices.deny=a lxc.cgroup2.devices.deny=a lxc.cgroup.devices.allow=c|1:3|r lxc.cgroup2.devices.allow=c|1:3|r")]
    [InlineData(2, "", "-c|1:3|r", "lxc.cgroup2.devices.deny=c|1:3|r")]
    [InlineData(2, "", "+c|1:3|r", "lxc.cgroup2.devices.allow=c|1:3|r")]
    [InlineData(1, "", "+c|1:3|r", "")]
    [InlineData(2, "lxc.cgroup2.devices.allow=c|1:3|r", "-c|1:3|r", "lxc.cgroup2.devices.deny=a")]
    public void AChangeOfTheConfiguration(int version, string before, string change, string after)
    {
        ContainerConfig config = ContainerConfig.Parse(string.Concat(before.Split(' ').Select(line => line.Replace('|', ' ') + "\n")), "config");
        DeviceConfig devices = new(config, version);
        DeviceList old = devices.Read();
        List<DeviceRule> live = [];
        foreach (DeviceRule rule in Rules(change))
        {
            live.AddRange(devices.Add(rule));
        }

        Assert.Equal(after, string.Join(' ', config.Entries.Select(entry => $"{entry.Key}={entry.Value.Replace(' ', '|')}")));
        Assert.Equal(Show(devices.Read()), Show(DeviceList.Of([.. old.ToRules(), .. live])));
    }

    private static DeviceList List(string rules) => DeviceList.Of(Rules(rules));

    private static List<DeviceRule> Rules(string rules)
    {
        List<DeviceRule> list = [];
        foreach (string rule in rules.Split(' '))
        {
            Assert.True(DeviceRule.TryParse(rule[0] == '+', rule[1..].Replace('|', ' '), out DeviceRule parsed));
            list.Add(parsed);
        }

        return list;
    }

    private static string Show(DeviceList list) =>
        string.Join(", ", list.ToRules().Select(rule => (rule.Allow ? "+" : "-") + rule.Text).Order(StringComparer.Ordinal));
}

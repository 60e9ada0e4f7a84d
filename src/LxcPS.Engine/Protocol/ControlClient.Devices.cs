using LxcPS.Engine.Cgroups;
using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <content>The devices of a container, where a program of its monitor's decides on them.</content>
public static partial class ControlClient
{
    internal const string AllowWord = "devices.allow";
    internal const string DenyWord = "devices.deny";

    /// <summary>The item by which our monitor tells the rules that hold at the moment; LXC's does not know it.</summary>
    internal const string DeviceListItem = "lxc.cgroup2.devices.list";

    /// <summary>The device rules that the monitor's program carries out, or null where it has none, or does not tell.</summary>
    public static IReadOnlyList<DeviceRule>? GetDeviceRules(string lxcPath, string name)
    {
        if (GetConfigItem(lxcPath, name, DeviceListItem) is not { } text)
        {
            return null;
        }

        List<DeviceRule> rules = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int space = line.IndexOf(' ');
            if (space > 0 && line[..space] is AllowWord or DenyWord && DeviceRule.TryParse(line[..space] == AllowWord, line[(space + 1)..], out DeviceRule rule))
            {
                rules.Add(rule);
            }
        }

        return rules.Count > 0 ? rules : null;
    }

    /// <summary>Has the monitor apply device rules after those before them: all or none with ours, one after the other with LXC's.</summary>
    /// <exception cref="LxcException">CgroupRefused: the monitor or the kernel refuses. ContainerNotRunning: no monitor listens.</exception>
    public static void ChangeDevices(string lxcPath, string name, IReadOnlyList<DeviceRule> rules)
    {
        if (rules.Count == 0 || TryChangeDevices(lxcPath, name, rules, DeviceRule.WireSize, out int result) && result >= 0)
        {
            return;
        }

        // LXC's monitors take one rule at a time, in the size that their version has: another is refused, or not answered at all.
        if (result is 0 or -Errno.EINVAL)
        {
            foreach (DeviceRule rule in rules)
            {
                foreach (int size in (ReadOnlySpan<int>)[DeviceRule.WireSize, .. DeviceRule.OldWireSizes])
                {
                    if (TryChangeDevices(lxcPath, name, [rule], size, out result) && result >= 0)
                    {
                        break;
                    }

                    result = result == 0 ? -Errno.EINVAL : result;
                }

                if (result < 0)
                {
                    break;
                }
            }
        }

        if (result < 0)
        {
            throw new LxcException(LxcErrorId.CgroupRefused,
                $"The monitor of container '{name}' refused the device rules {string.Join(", ", rules.Select(rule => $"'{rule.Text}'"))}: {Errno.Describe(-result)}")
            {
                ContainerName = name,
                Step = "cgroup",
                Errno = -result,
                Advice = "On cgroup v2 this needs a kernel with CONFIG_CGROUP_BPF and a monitor that runs as root of the host.",
            };
        }
    }

    // False when the connection was closed without an answer, or nobody listens; the result is 0 then.
    private static bool TryChangeDevices(string lxcPath, string name, IReadOnlyList<DeviceRule> rules, int size, out int result)
    {
        byte[] data = new byte[rules.Count * size];
        for (int i = 0; i < rules.Count; i++)
        {
            rules[i].Write(data.AsSpan(i * size), size);
        }

        bool answered = TryAsk(lxcPath, name, ControlCommand.AddBpfDeviceCgroup, out Answer answer, data);
        result = answered ? answer.Result : 0;
        return answered;
    }
}

using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Seccomp;
using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <content>What the container is set to: items of its configuration, and its devices where a program of the monitor's decides on them.</content>
internal sealed partial class ControlServer
{
    private void AnswerConfigItem(int fd, ReadOnlySpan<byte> data)
    {
        if (TextOf(data) is not { } key)
        {
            Answer(fd, -Errno.EINVAL);
            return;
        }

        if (key == ControlClient.DeviceListItem && DeviceRulesText() is { } rules)
        {
            Answer(fd, 0, data: Text(rules));
            return;
        }

        if (key == ConfigKeys.Filter)
        {
            Answer(fd, 0, data: Text(ContainerFilter.Describe(supervisor.Plan.Config.Get)));
            return;
        }

        if (key == ConfigKeys.KernelLog)
        {
            Answer(fd, supervisor.KernelLog is null ? -1 : 0, data: supervisor.KernelLog?.ToBytes() ?? default(ReadOnlySpan<byte>));
            return;
        }

        string? text = ConfigAnswer.Of(supervisor.Plan.Config, key);
        Answer(fd, text is null ? -1 : 0, data: text is null ? default : Text(text));
    }

    private void ChangeDevices(int fd, ReadOnlySpan<byte> data)
    {
        // One rule as LXC's clients send it, or several of ours: all or none.
        int size = DeviceRule.OldWireSizes.Contains(data.Length) ? data.Length : DeviceRule.WireSize;
        if (data.Length == 0 || data.Length % size != 0)
        {
            Answer(fd, -Errno.EINVAL);
            return;
        }

        List<DeviceRule> rules = [];
        for (; data.Length > 0; data = data[size..])
        {
            if (!DeviceRule.TryRead(data[..size], out DeviceRule rule))
            {
                Answer(fd, -Errno.EINVAL);
                return;
            }

            rules.Add(rule);
        }

        if (supervisor.ContainerCgroups is not { } cgroups)
        {
            Answer(fd, -Errno.ESRCH);
            return;
        }

        try
        {
            cgroups.ChangeDevices(rules);
            Answer(fd, 0);
        }
        catch (LxcException e)
        {
            Answer(fd, e.Errno == 0 ? -Errno.EIO : -e.Errno);
        }
    }

    private string? DeviceRulesText() => supervisor.ContainerCgroups?.DeviceRules is { } rules
        ? string.Concat(rules.Select(rule => $"{(rule.Allow ? ControlClient.AllowWord : ControlClient.DenyWord)} {rule.Text}\n"))
        : null;
}

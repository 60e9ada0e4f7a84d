using LxcPS.Engine.Configuration;
using LxcPS.Engine.Seccomp;
using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <content>Configuration items, and listeners of the seccomp filters of programs that enter.</content>
internal sealed partial class ControlServer
{
    private void AnswerConfigItem(int fd, string key)
    {
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

        IReadOnlyList<string> values = supervisor.Plan.Config.GetAll(key);
        if (values.Count == 0)
        {
            Answer(fd, -1);
            return;
        }

        // A list is told a value a line, as liblxc's get_config_item has it.
        string text = values.Count == 1 ? values[0] : string.Join('\n', values) + "\n";
        Answer(fd, 0, data: Text(text));
    }

    private bool AddListener(int listener)
    {
        if (listener < 0 || supervisor.Notifier is not { } notifier)
        {
            Descriptors.Close(listener);
            return false;
        }

        try
        {
            if (notifier.Add(listener, ofInit: false))
            {
                return true;
            }
        }
        catch (LinuxException)
        {
            // What cannot be waited on is no listener.
        }

        Descriptors.Close(listener);
        return false;
    }
}

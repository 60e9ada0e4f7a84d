using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <content>Listeners of the seccomp filters of programs that enter.</content>
internal sealed partial class ControlServer
{
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

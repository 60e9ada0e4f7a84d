using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <content>Taking down what a start has made.</content>
public sealed partial class Supervisor
{
    private void TakeDown()
    {
        foreach (string failure in undo.Unwind())
        {
            reporter.Warning($"Taking the container down left something: {failure}");
        }
    }

    private void EndInit()
    {
        CloseTtys();
        if (initPidfd >= 0)
        {
            Processes.Signal(initPidfd, 9);
            ReapInit();
        }
    }

    private void CloseTtys()
    {
        ttys.ForEach(Descriptors.Close);
        ttys.Clear();
    }

    private void RemoveCgroups()
    {
        cgroups?.Remove(mayBeReplaced);
        cgroups = null;
    }

    private void CloseConsole()
    {
        console?.Dispose();
        console = null;
    }

    private static void CloseDescriptor(ref int fd)
    {
        Descriptors.Close(fd);
        fd = -1;
    }
}

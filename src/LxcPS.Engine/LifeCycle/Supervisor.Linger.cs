using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <content>The first moment of a running container, when the monitor is one process still.</content>
public sealed partial class Supervisor
{
    /// <summary>How long after the start the monitor settles, in milliseconds.</summary>
    private const int SettleDelay = 100;

    private long settleAt;

    // True: init has ended. Many a program has before anything was to be watched, and many a container is stopped or entered right after its
    // start: whoever waits for that waits for no clone. What the container writes is left where it is meanwhile, but for whoever runs it.
    private bool Linger()
    {
        settleAt = Environment.TickCount64 + SettleDelay;
        if (!IsAttended)
        {
            console?.Listen(false);
        }

        Span<(int Fd, Readiness Ready)> ready = new (int, Readiness)[8];
        while (true)
        {
            int count = poll.Wait(ready, TimeoutUntil(settleAt));
            if (HasInitEnded())
            {
                return true;
            }

            // However busy clients keep it.
            if (Environment.TickCount64 >= settleAt)
            {
                return false;
            }

            for (int i = 0; i < count; i++)
            {
                if (ready[i].Fd == signals)
                {
                    HandleSignals();
                }
                else if (!server.Handle(ready[i].Fd, ready[i].Ready))
                {
                    return false;
                }
            }
        }
    }

    private bool HasInitEnded() => Polling.Wait(initPidfd, Readiness.Readable, 0) != Readiness.None;
}

namespace LxcPS.Engine.Seccomp;

/// <summary>System calls that the monitor answers itself. Nothing of it may wait.</summary>
internal interface ICallServer : IDisposable
{
    /// <summary>When it has to be asked to <see cref="Expire"/> again, as Environment.TickCount64; long.MaxValue for not at all.</summary>
    long NextDeadline { get; }

    /// <summary>Whether a call is one of its own.</summary>
    bool Serves(CaughtCall call);

    /// <summary>Answers a call of its own, now or later.</summary>
    void Serve(int listener, CaughtCall call);

    /// <summary>Handles a ready descriptor; false when it is none of its own.</summary>
    bool Handle(int fd);

    /// <summary>Does what is due.</summary>
    void Expire(long now);

    /// <summary>A listener is about to be closed: nobody waits for answers through it.</summary>
    void Forget(int listener);
}

namespace LxcPS.Engine;

/// <summary>The states of a container, in LXC's order: the numbers travel on the command socket.</summary>
public enum ContainerState
{
    /// <summary>Not running.</summary>
    Stopped = 0,

    /// <summary>Being set up; its init does not run yet.</summary>
    Starting = 1,

    /// <summary>Its init runs.</summary>
    Running = 2,

    /// <summary>Its init has ended, and what it used is being taken down.</summary>
    Stopping = 3,

    /// <summary>Its start failed, and what was made is being taken down.</summary>
    Aborting = 4,

    /// <summary>Its processes are being halted.</summary>
    Freezing = 5,

    /// <summary>Its processes are halted.</summary>
    Frozen = 6,

    /// <summary>Its processes go on after a halt; announced, then Running.</summary>
    Thawed = 7,
}

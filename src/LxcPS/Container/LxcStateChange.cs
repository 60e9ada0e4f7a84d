using LxcPS.Engine;
using LxcPS.Engine.Operations;

namespace LxcPS;

/// <summary>A change of state of a container. Name and LxcPath bind to the parameters of the cmdlets that act on containers.</summary>
public sealed class LxcStateChange
{
    internal LxcStateChange(StateChange change)
    {
        Time = change.Time;
        Name = change.Name;
        LxcPath = change.LxcPath;
        State = change.State;
        PreviousState = change.Previous;
        ProcessId = change.ProcessId > 0 ? change.ProcessId : null;
    }

    /// <summary>When it was heard of.</summary>
    public DateTime Time { get; }

    /// <summary>The container.</summary>
    public string Name { get; }

    /// <summary>The directory of containers that it is in.</summary>
    public string LxcPath { get; }

    /// <summary>The state that it is in now.</summary>
    public ContainerState State { get; }

    /// <summary>The state that it was in; null where the watch had not heard of it before.</summary>
    public ContainerState? PreviousState { get; }

    /// <summary>The process id of its init as the host numbers it; null when none runs.</summary>
    public int? ProcessId { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {State}";
}

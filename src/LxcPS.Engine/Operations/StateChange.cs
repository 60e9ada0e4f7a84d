namespace LxcPS.Engine.Operations;

/// <summary>A container that has come into another state.</summary>
/// <param name="Time">When that was heard of.</param>
/// <param name="LxcPath">The directory of containers that it is in.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">The state; Running for one that was resumed.</param>
/// <param name="Previous">The state before, or null where nobody was listening then.</param>
/// <param name="ProcessId">The process id of its init while that runs, or 0.</param>
public readonly record struct StateChange(DateTime Time, string LxcPath, string Name, ContainerState State, ContainerState? Previous, int ProcessId);

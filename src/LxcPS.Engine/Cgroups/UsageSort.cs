namespace LxcPS.Engine.Cgroups;

/// <summary>What a table of use is sorted by.</summary>
public enum UsageSort
{
    /// <summary>The name.</summary>
    Name,

    /// <summary>Processor time since the last look, and in all where that is the same.</summary>
    Cpu,

    /// <summary>Memory.</summary>
    Memory,

    /// <summary>Bytes read from and written to disks.</summary>
    Io,

    /// <summary>Processes and threads.</summary>
    Processes,
}

namespace LxcPS.Engine.Rootless;

/// <summary>What is done to files in a user namespace.</summary>
public enum MappedWork
{
    /// <summary>A directory is removed.</summary>
    Remove,

    /// <summary>The cgroups below one are removed.</summary>
    RemoveCgroups,

    /// <summary>The restore of a snapshot is finished.</summary>
    Restore,

    /// <summary>A root file system is made from a template.</summary>
    Make,

    /// <summary>A layer of an image is laid over the root file system that is there.</summary>
    Layer,

    /// <summary>An image that has been unpacked is made one that containers boot from.</summary>
    Finish,
}

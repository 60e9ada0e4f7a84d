namespace LxcPS.Engine.Templates;

/// <summary>What a template builds for.</summary>
public sealed class TemplateContext
{
    private string? hostName;
    private string? shownDirectory;

    /// <summary>The name of the new container.</summary>
    public required string ContainerName { get; init; }

    /// <summary>Its host name; the name where it is not set.</summary>
    public string HostName
    {
        get => hostName ?? ContainerName;
        init => hostName = value;
    }

    /// <summary>The container's directory, existing and empty.</summary>
    public required string ContainerDirectory { get; init; }

    /// <summary>The container's directory as others see it, for messages.</summary>
    internal string ShownDirectory
    {
        get => shownDirectory ?? ContainerDirectory;
        init => shownDirectory = value;
    }

    /// <summary>Whether the container will have no user namespace. The files are the same: ids on disk are those of an ordinary system.</summary>
    public bool Privileged { get; init; }

    /// <summary>
    /// Where the files are read from, in a user's or an unpacking helper's user namespace: an archive that was opened outside, or the template's
    /// directory as a tar stream, which is copied there rather than shared, as a user's container cannot have the owners of a shared one.
    /// </summary>
    internal int? Source { get; init; }

    /// <summary>More arguments of a template script.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Told what a template script writes, a line each. Called on the thread that builds.</summary>
    public Action<string>? Output { get; init; }

    /// <summary>Whether what an image's archive has beside the root file system is unpacked too, next to it.</summary>
    internal bool KeepsMetadata { get; init; }

    /// <summary>Ends the work early.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>Is told what is done and how much of it, in percent; -1 where that is not known. Called on the thread that builds.</summary>
    public Action<string, int>? Progress { get; init; }
}

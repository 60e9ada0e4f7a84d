using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>One container that a cmdlet works on.</summary>
/// <param name="Store">The directory of containers that it is in.</param>
/// <param name="Name">Its name.</param>
internal sealed record ContainerTarget(ContainerStore Store, string Name)
{
    /// <summary>The directory of containers.</summary>
    internal string LxcPath => Store.LxcPath;

    /// <summary>The object that the pipeline gets, as the container is now.</summary>
    internal LxcContainer ToContainer() => LxcContainer.Read(Store, Name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

namespace LxcPS.Engine.Templates;

/// <summary>What a template made.</summary>
/// <param name="Settings">Keys and values for the container's configuration, in the order to write them.</param>
/// <param name="LeftOut">Paths of the host that the container does not get, because they are not for everyone's eyes or are the host's own.</param>
public sealed record TemplateResult(IReadOnlyList<KeyValuePair<string, string>> Settings, IReadOnlyList<string> LeftOut)
{
    /// <summary>What is to be said in the configuration about how the root file system was made, a comment each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

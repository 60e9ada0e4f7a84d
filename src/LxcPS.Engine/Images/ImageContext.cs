using LxcPS.Engine.Operations;

namespace LxcPS.Engine.Images;

/// <summary>What those who make images need of their caller.</summary>
public sealed class ImageContext
{
    /// <summary>The helper executable: archives are unpacked in a user namespace.</summary>
    public required HelperProgram Helper { get; init; }

    /// <summary>Told what is being done and how much of it, in percent; -1 where that is not known.</summary>
    public required Action<string, int> Progress { get; init; }

    /// <summary>Told what was decided.</summary>
    public required Action<string> Verbose { get; init; }

    /// <summary>Told what of an image its containers do not have.</summary>
    public required Action<string> Warn { get; init; }

    /// <summary>Ends the work; of an image in the making nothing stays but what a download can go on from.</summary>
    public required CancellationToken CancellationToken { get; init; }

    /// <summary>Tells what of a description has not become files; the same.</summary>
    internal IReadOnlyList<string> Tell(ImageMetadata? description)
    {
        IReadOnlyList<string> unwritten = description?.Unwritten ?? [];
        foreach (string file in unwritten)
        {
            Warn(file);
        }

        return unwritten;
    }
}

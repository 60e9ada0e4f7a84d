using LxcPS.Engine.Operations;

namespace LxcPS.Engine.Copying;

/// <summary>Where and as what a container or an image is written.</summary>
public sealed class ExportRequest
{
    /// <summary>The file, or the directory of a layout; an absolute path, see <see cref="PlaceOf"/>.</summary>
    public required string Path { get; init; }

    /// <summary>What is written.</summary>
    public ExportFormat Format { get; init; }

    /// <summary>Whether what is there under that name is replaced.</summary>
    public bool Replace { get; init; }

    /// <summary>The helper executable.</summary>
    public required HelperProgram Helper { get; init; }

    /// <summary>Told how far it is; or null.</summary>
    public Action<TransferProgress>? Progress { get; init; }

    /// <summary>Ends it; nothing is left.</summary>
    public CancellationToken Cancel { get; init; }

    /// <summary>Where something is written: in a directory that is there it gets a name of its own, unless the directory is a layout, which is meant itself.</summary>
    /// <param name="path">What the user named, an absolute path.</param>
    /// <param name="format">What is written.</param>
    /// <param name="name">What it is called in a directory, without a suffix.</param>
    public static string PlaceOf(string path, ExportFormat format, string name)
    {
        string place = path.Length > 1 ? path.TrimEnd('/') : path;
        return !Directory.Exists(place) || (format == ExportFormat.Oci && IsLayout(place)) ? place
            : System.IO.Path.Combine(place, name + (format == ExportFormat.Oci ? ".tar" : ".tar.zst"));
    }

    /// <summary>Whether a directory holds an OCI layout.</summary>
    internal static bool IsLayout(string directory) => File.Exists($"{directory}/oci-layout");
}

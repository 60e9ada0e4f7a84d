using LxcPS.Engine.Operations;

namespace LxcPS.Engine.Items;

/// <summary>What is asked of the helper that binds a path of the host into a running container or takes it away, and its form as a command line.</summary>
public sealed class ItemMountRequest
{
    /// <summary>The directory of containers.</summary>
    public required string LxcPath { get; init; }

    /// <summary>The container.</summary>
    public required string Name { get; init; }

    /// <summary>The path of the host that is bound; null to take a mount away.</summary>
    public string? Path { get; init; }

    /// <summary>Whether nothing can be written through the mount.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>The place in the container.</summary>
    public required string Destination { get; init; }

    /// <summary>The descriptor for report lines, or -1.</summary>
    public int ReportDescriptor { get; init; } = -1;

    /// <summary>The command line that <see cref="Parse"/> reads.</summary>
    public IReadOnlyList<string> ToArguments(int reportDescriptor)
    {
        List<string> arguments = ["mount", "--lxcpath", LxcPath, "--name", Name, "--report", $"{reportDescriptor}"];
        if (Path is not null)
        {
            arguments.AddRange(["--path", Path]);
        }

        if (IsReadOnly)
        {
            arguments.Add("--read-only");
        }

        return [.. arguments, "--", Destination];
    }

    /// <summary>Reads a command line, without the leading <c>mount</c>.</summary>
    /// <exception cref="LxcException">MountFailed: it is none.</exception>
    public static ItemMountRequest Parse(ReadOnlySpan<string> arguments)
    {
        HelperArguments read = HelperArguments.Read(arguments, LxcErrorId.MountFailed, ["--lxcpath", "--name", "--report", "--path"], ["--read-only"], takesRest: true);
        return new ItemMountRequest
        {
            LxcPath = read.Need("--lxcpath"),
            Name = read.Need("--name"),
            Path = read.Find("--path"),
            IsReadOnly = read.Has("--read-only"),
            Destination = read.Rest.Count == 1 ? read.Rest[0] : throw read.Error("needs one place"),
            ReportDescriptor = read.Report,
        };
    }
}

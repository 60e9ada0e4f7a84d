using LxcPS.Engine.Operations;

namespace LxcPS.Engine.Items;

/// <summary>What is asked of the helper that copies files into a container or out of it, and its form as a command line.</summary>
public sealed class ItemRequest
{
    /// <summary>The directory of containers.</summary>
    public required string LxcPath { get; init; }

    /// <summary>The container.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the copy goes into the container; else out of it.</summary>
    public required bool IsInto { get; init; }

    /// <summary>What is copied: absolute paths, on the host or in the container.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>Where to: an absolute path on the other side.</summary>
    public required string Destination { get; init; }

    /// <summary>Whether the paths may have wildcards; else all letters mean themselves.</summary>
    public bool HasWildcards { get; init; }

    /// <summary>Whether what is in directories is copied too.</summary>
    public bool Recurse { get; init; }

    /// <summary>Whether read-only files are replaced, and wildcards mean hidden names too.</summary>
    public bool Force { get; init; }

    /// <summary>The descriptor for report lines, or -1.</summary>
    public int ReportDescriptor { get; init; } = -1;

    /// <summary>The command line that <see cref="Parse"/> reads.</summary>
    public IReadOnlyList<string> ToArguments(int reportDescriptor)
    {
        List<string> arguments =
            ["copy", "--lxcpath", LxcPath, "--name", Name, "--report", $"{reportDescriptor}", IsInto ? "--into" : "--out-of", Destination];
        foreach ((bool isSet, string option) in (ReadOnlySpan<(bool, string)>)[(HasWildcards, "--wildcards"), (Recurse, "--recurse"), (Force, "--force")])
        {
            if (isSet)
            {
                arguments.Add(option);
            }
        }

        return [.. arguments, "--", .. Paths];
    }

    /// <summary>Reads a command line, without the leading <c>copy</c>.</summary>
    /// <exception cref="LxcException">CopyFailed: it is none.</exception>
    public static ItemRequest Parse(ReadOnlySpan<string> arguments)
    {
        HelperArguments read = HelperArguments.Read(arguments, LxcErrorId.CopyFailed, ["--lxcpath", "--name", "--report", "--into", "--out-of"],
            ["--wildcards", "--recurse", "--force"], takesRest: true);
        string? into = read.Find("--into");
        return new ItemRequest
        {
            LxcPath = read.Need("--lxcpath"),
            Name = read.Need("--name"),
            IsInto = into is not null,
            Paths = read.IsRestMarked && read.Rest.Count > 0 ? read.Rest : throw read.Error("needs paths behind --"),
            Destination = into ?? read.Need("--out-of"),
            HasWildcards = read.Has("--wildcards"),
            Recurse = read.Has("--recurse"),
            Force = read.Has("--force"),
            ReportDescriptor = read.Report,
        };
    }
}

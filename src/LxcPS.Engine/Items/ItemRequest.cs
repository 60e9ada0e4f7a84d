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
        Dictionary<string, string> values = [];
        HashSet<string> options = [];
        int next = 0;
        for (; next < arguments.Length && arguments[next] != "--"; next++)
        {
            string argument = arguments[next];
            if (argument is "--wildcards" or "--recurse" or "--force")
            {
                options.Add(argument);
            }
            else if (argument is "--lxcpath" or "--name" or "--report" or "--into" or "--out-of" && next + 1 < arguments.Length)
            {
                values[argument] = arguments[++next];
            }
            else
            {
                throw new LxcException(LxcErrorId.CopyFailed, $"The helper that copies files does not know the argument '{argument}'");
            }
        }

        bool isInto = values.TryGetValue("--into", out string? destination);
        if ((!isInto && !values.TryGetValue("--out-of", out destination)) || !values.TryGetValue("--lxcpath", out string? lxcPath)
            || !values.TryGetValue("--name", out string? name) || next + 1 >= arguments.Length)
        {
            throw new LxcException(LxcErrorId.CopyFailed, "The helper that copies files needs --lxcpath, --name, --into or --out-of, and paths behind --");
        }

        return new ItemRequest
        {
            LxcPath = lxcPath,
            Name = name,
            IsInto = isInto,
            Paths = arguments[(next + 1)..].ToArray(),
            Destination = destination!,
            HasWildcards = options.Contains("--wildcards"),
            Recurse = options.Contains("--recurse"),
            Force = options.Contains("--force"),
            ReportDescriptor = values.TryGetValue("--report", out string? report) && int.TryParse(report, out int fd) ? fd : -1,
        };
    }
}

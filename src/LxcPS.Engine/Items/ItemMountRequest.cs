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
        Dictionary<string, string> values = [];
        bool isReadOnly = false;
        int next = 0;
        for (; next < arguments.Length && arguments[next] is "--lxcpath" or "--name" or "--report" or "--path" or "--read-only"; next++)
        {
            if (arguments[next] == "--read-only")
            {
                isReadOnly = true;
            }
            else if (next + 1 < arguments.Length)
            {
                values[arguments[next]] = arguments[++next];
            }
        }

        next += next < arguments.Length && arguments[next] == "--" ? 1 : 0;
        return next == arguments.Length - 1 && values.TryGetValue("--lxcpath", out string? lxcPath) && values.TryGetValue("--name", out string? name)
            ? new ItemMountRequest
            {
                LxcPath = lxcPath,
                Name = name,
                Path = values.GetValueOrDefault("--path"),
                IsReadOnly = isReadOnly,
                Destination = arguments[next],
                ReportDescriptor = values.TryGetValue("--report", out string? report) && int.TryParse(report, out int fd) ? fd : -1,
            }
            : throw new LxcException(LxcErrorId.MountFailed, "The helper for mounts needs --lxcpath, --name and a place");
    }
}

using LxcPS.Engine.Configuration;

namespace LxcPS.Engine.Rootless;

/// <summary>What is asked of the helper that works on files in a user namespace; travels as its command line.</summary>
public sealed class MappedRequest
{
    /// <summary>The descriptor to report on.</summary>
    public required int ReportDescriptor { get; init; }

    /// <summary>The id maps to work under.</summary>
    public required IReadOnlyList<IdMapEntry> Maps { get; init; }

    /// <summary>What to do.</summary>
    public required MappedWork Work { get; init; }

    /// <summary>The directory to remove, or that of the container or the image that is worked on.</summary>
    public required string Directory { get; init; }

    /// <summary>The template to make a root file system from, or the layer; of an image of OCI's kind the name of its configuration.</summary>
    public string? Template { get; init; }

    /// <summary>Whether the files on disk have the owners that are seen inside the user namespace: root's containers map them by their mounts.</summary>
    public bool MapsOwners { get; init; }

    /// <summary>Whether what an image's archive has beside the root file system is wanted too.</summary>
    public bool KeepsMetadata { get; init; }

    /// <summary>The name of the new container.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>Its host name.</summary>
    public string HostName { get; init; } = string.Empty;

    /// <summary>More arguments of a template script.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The command line that <see cref="Parse"/> reads.</summary>
    public List<string> ToArguments()
    {
        List<string> arguments = ["files", "--report", ReportDescriptor.ToString(), "--work", Work.ToString(), "--directory", Directory];
        foreach (IdMapEntry map in Maps)
        {
            arguments.AddRange(["--idmap", map.ToString()]);
        }

        if (MapsOwners)
        {
            arguments.AddRange(["--owners", "mapped"]);
        }

        if (KeepsMetadata)
        {
            arguments.AddRange(["--metadata", "keep"]);
        }

        if (Template is not null)
        {
            arguments.AddRange(["--template", Template, "--name", Name, "--hostname", HostName]);
        }

        foreach (string argument in Arguments)
        {
            arguments.AddRange(["--argument", argument]);
        }

        return arguments;
    }

    /// <summary>Reads a command line, without the leading <c>files</c>.</summary>
    /// <exception cref="LxcException">StorageFailed: an unknown or incomplete option.</exception>
    public static MappedRequest Parse(ReadOnlySpan<string> arguments)
    {
        Dictionary<string, string> values = [];
        List<IdMapEntry> maps = [];
        List<string> more = [];
        for (int i = 0; i < arguments.Length; i += 2)
        {
            switch (arguments[i])
            {
                case "--idmap" when i + 1 < arguments.Length:
                    maps.Add(IdMapEntry.Parse(arguments[i + 1]));
                    break;
                case "--argument" when i + 1 < arguments.Length:
                    more.Add(arguments[i + 1]);
                    break;
                case "--report" or "--directory" or "--template" or "--name" or "--hostname" or "--owners" or "--metadata" or "--work" when i + 1 < arguments.Length:
                    values[arguments[i]] = arguments[i + 1];
                    break;
                default:
                    throw new LxcException(LxcErrorId.StorageFailed, $"The helper for files does not know the argument '{arguments[i]}'");
            }
        }

        return new MappedRequest
        {
            ReportDescriptor = values.TryGetValue("--report", out string? report) && int.TryParse(report, out int fd) ? fd : -1,
            Maps = maps,
            Work = values.TryGetValue("--work", out string? work) && Enum.TryParse(work, out MappedWork known) ? known
                : throw new LxcException(LxcErrorId.StorageFailed, "The helper for files needs --work and what it is to do"),
            Arguments = more,
            Directory = values.TryGetValue("--directory", out string? directory) ? directory
                : throw new LxcException(LxcErrorId.StorageFailed, "The helper for files needs --directory"),
            Template = values.GetValueOrDefault("--template"),
            MapsOwners = values.ContainsKey("--owners"),
            KeepsMetadata = values.ContainsKey("--metadata"),
            Name = values.GetValueOrDefault("--name", string.Empty),
            HostName = values.GetValueOrDefault("--hostname", string.Empty),
        };
    }
}

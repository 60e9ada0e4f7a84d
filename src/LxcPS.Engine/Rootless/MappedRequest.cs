using LxcPS.Engine.Configuration;
using LxcPS.Engine.Operations;

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
            arguments.Add("--maps-owners");
        }

        if (KeepsMetadata)
        {
            arguments.Add("--keeps-metadata");
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
        HelperArguments read = HelperArguments.Read(arguments, LxcErrorId.StorageFailed,
            ["--report", "--work", "--directory", "--idmap", "--template", "--name", "--hostname", "--argument"], ["--maps-owners", "--keeps-metadata"]);
        return new MappedRequest
        {
            ReportDescriptor = read.Report,
            Maps = [.. read.All("--idmap").Select(IdMapEntry.Parse)],
            Work = Enum.TryParse(read.Need("--work"), out MappedWork work) ? work : throw read.Error("does not know that work"),
            Arguments = [.. read.All("--argument")],
            Directory = read.Need("--directory"),
            Template = read.Find("--template"),
            MapsOwners = read.Has("--maps-owners"),
            KeepsMetadata = read.Has("--keeps-metadata"),
            Name = read.Find("--name") ?? string.Empty,
            HostName = read.Find("--hostname") ?? string.Empty,
        };
    }
}

using LxcPS.Engine.Diagnostics;
using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>A template that containers can be made from here.</summary>
/// <param name="Name">What New-LxcContainer -Template calls it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Description">What it makes.</param>
/// <param name="Path">The script, or null.</param>
/// <param name="Missing">What it lacks here; null where it can be used.</param>
public sealed record TemplateInfo(string Name, TemplateKind Kind, string Description, string? Path, string? Missing)
{
    private const int HeadLines = 60;

    /// <summary>The table of those that have a name, the default one first.</summary>
    internal static IReadOnlyList<Row> Named { get; } =
    [
        new("Host", TemplateKind.Host, "The host's own programs, with an own /etc and /var", () => RootOnly() ?? (Directory.Exists("/usr") ? null : "the host has no /usr")),
        new("Busybox", TemplateKind.Busybox, "A shell and an init, made in milliseconds", () => BusyboxTemplate.FindMissing()),
        new("Debian", TemplateKind.Image, "A Debian of its packages, built once and kept as an image", FindBuilder),
        new("Ubuntu", TemplateKind.Image, "An Ubuntu of its packages, built once and kept as an image", FindBuilder),
        new("Image", TemplateKind.Image, "An image of the store or of an image server: New-LxcContainer -Image names it", () => null),
        new("Oci", TemplateKind.Image, "An image of OCI's or docker's kind: -Image names a layout, an archive, or docker:// and a name", () => null),
        new("None", TemplateKind.None, "No root file system: the configuration names one, or the container shares the host's", () => null),
    ];

    private static readonly string[] Boilerplate = ["Copyright", "vim:", "lxc: linux Container library", "Client script for LXC"];

    /// <summary>All templates: those that have a name, then LXC's template scripts by their names.</summary>
    public static IReadOnlyList<TemplateInfo> List() =>
    [
        .. Named.Select(row => new TemplateInfo(row.Name, row.Kind, row.Description, null, row.FindMissing())),
        .. ScriptTemplate.All().Select(path => new TemplateInfo(System.IO.Path.GetFileName(path), TemplateKind.Script, DescriptionOf(path), path,
            Permissions.CanAccess(path, Permissions.Execute) ? null : "it is not executable")),
    ];

    private static string? FindBuilder() => HostPrograms.Find("mmdebstrap") is null ? "the host has no mmdebstrap in PATH" : null;

    private static string? RootOnly() => Processes.EffectiveUserId == 0 ? null : "it makes containers for root only";

    // What its first comments say of a template, or their first words. Most of LXC's begin with what all of them begin with.
    internal static string DescriptionOf(string path)
    {
        string? first = null;
        try
        {
            foreach (string line in File.ReadLines(path).Take(HeadLines).Skip(1))
            {
                string text = line.TrimStart('#', ' ').Trim();
                if (!line.StartsWith('#') || !text.Contains(' '))
                {
                    continue;
                }

                if (text.Contains("template ", StringComparison.OrdinalIgnoreCase))
                {
                    return DisplayText.Of(text);
                }

                first ??= Array.Exists(Boilerplate, start => text.StartsWith(start, StringComparison.OrdinalIgnoreCase)) ? string.Empty : text;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its name is all that there is to say.
        }

        return string.IsNullOrEmpty(first) ? "A template script" : DisplayText.Of(first);
    }

    /// <summary>A row of the table.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Kind">What it is.</param>
    /// <param name="Description">What it makes.</param>
    /// <param name="FindMissing">What it lacks here, or null.</param>
    internal sealed record Row(string Name, TemplateKind Kind, string Description, Func<string?> FindMissing);
}

using System.Globalization;

namespace LxcPS.Engine.Confinement;

/// <summary>What the helper is asked to try under a profile, and its form as a command line.</summary>
public sealed class ProbeRequest
{
    /// <summary>The running container whose namespaces and label it is tried in; null for the host's, in a mount namespace of its own.</summary>
    public string? Name { get; init; }

    /// <summary>The directory of containers.</summary>
    public required string LxcPath { get; init; }

    /// <summary>The label; null for that of the container's init.</summary>
    public string? Label { get; init; }

    /// <summary>The descriptor for report lines, or -1.</summary>
    public int ReportDescriptor { get; init; } = -1;

    /// <summary>What to try.</summary>
    internal IReadOnlyList<ProbeItem> Items { get; init; } = [];

    /// <summary>The command line that <see cref="Parse"/> reads.</summary>
    internal IReadOnlyList<string> ToArguments(int reportDescriptor)
    {
        List<string> arguments = ["probe", "--lxcpath", LxcPath, "--report", reportDescriptor.ToString(CultureInfo.InvariantCulture)];
        if (Name is not null)
        {
            arguments.AddRange(["--name", Name]);
        }

        if (Label is not null)
        {
            arguments.AddRange(["--label", Label]);
        }

        foreach (ProbeItem item in Items)
        {
            arguments.AddRange([$"--{item.Kind}{item.Access}", item.Item]);
        }

        return arguments;
    }

    /// <summary>Reads a command line, without the leading <c>probe</c>.</summary>
    /// <exception cref="LxcException">ConfinementFailed: it is none.</exception>
    public static ProbeRequest Parse(ReadOnlySpan<string> arguments)
    {
        string? lxcPath = null;
        string? name = null;
        string? label = null;
        int report = -1;
        List<ProbeItem> items = [];
        for (int i = 0; i + 1 < arguments.Length; i += 2)
        {
            string value = arguments[i + 1];
            switch (arguments[i])
            {
                case "--lxcpath": lxcPath = value; break;
                case "--name": name = value; break;
                case "--label": label = value; break;
                case "--report" when int.TryParse(value, CultureInfo.InvariantCulture, out report): break;
                case "--Pathr" or "--Pathw" or "--Pathx": items.Add(new ProbeItem(ProfileItemKind.Path, value, arguments[i][^1..])); break;
                case "--Mount": items.Add(new ProbeItem(ProfileItemKind.Mount, value, string.Empty)); break;
                case "--Capability": items.Add(new ProbeItem(ProfileItemKind.Capability, value, string.Empty)); break;
                default: throw new LxcException(LxcErrorId.ConfinementFailed, $"The probe does not know the argument '{arguments[i]}'");
            }
        }

        return new ProbeRequest
        {
            LxcPath = lxcPath ?? throw new LxcException(LxcErrorId.ConfinementFailed, "The probe needs --lxcpath"),
            Name = name,
            Label = label,
            ReportDescriptor = report,
            Items = items,
        };
    }
}

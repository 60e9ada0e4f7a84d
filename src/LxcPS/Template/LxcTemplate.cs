using LxcPS.Engine.Templates;

namespace LxcPS;

/// <summary>A template that containers can be made from.</summary>
public sealed class LxcTemplate
{
    internal LxcTemplate(TemplateInfo info)
    {
        Name = info.Name;
        Kind = info.Kind;
        Description = info.Description;
        Path = info.Path;
        Missing = info.Missing;
    }

    /// <summary>What New-LxcContainer -Template calls it.</summary>
    public string Name { get; }

    /// <summary>What it is.</summary>
    public TemplateKind Kind { get; }

    /// <summary>What it makes.</summary>
    public string Description { get; }

    /// <summary>Whether it can be used here.</summary>
    public bool Available => Missing is null;

    /// <summary>What it lacks here; null where it can be used.</summary>
    public string? Missing { get; }

    /// <summary>The file of a template script, or null.</summary>
    public string? Path { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

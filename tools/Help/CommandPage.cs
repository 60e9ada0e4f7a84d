namespace LxcPS.Help;

/// <summary>A cmdlet's page.</summary>
internal sealed record CommandPage
{
    public required string File { get; init; }

    public required string Name { get; init; }

    public required string Synopsis { get; init; }

    public required IReadOnlyList<string> Description { get; init; }

    /// <summary>The parameter sets as SYNTAX lists them, the default one first; empty where there is one set without a name.</summary>
    public required IReadOnlyList<string> Sets { get; init; }

    public required IReadOnlyList<ExampleEntry> Examples { get; init; }

    public required IReadOnlyList<ParameterEntry> Parameters { get; init; }

    public required IReadOnlyList<TypeEntry> Inputs { get; init; }

    public required IReadOnlyList<TypeEntry> Outputs { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    public required IReadOnlyList<LinkEntry> Links { get; init; }
}

/// <summary>An example: its code blocks, and what is said about them.</summary>
internal sealed record ExampleEntry(string Title, IReadOnlyList<string> Code, IReadOnlyList<string> Remarks);

/// <summary>A parameter: what it does, and its metadata, once for all sets or once for each group of sets that it differs between.</summary>
internal sealed record ParameterEntry(string Name, IReadOnlyList<string> Description, IReadOnlyList<ParameterFacts> Facts);

/// <summary>A type that goes in or comes out.</summary>
internal sealed record TypeEntry(string Name, IReadOnlyList<string> Description);

/// <summary>A related link; the address is empty where it leads to another page.</summary>
internal sealed record LinkEntry(string Text, string Uri);

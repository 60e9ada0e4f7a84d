namespace LxcPS.Help;

/// <summary>The metadata of a parameter, as a yaml block of its section gives them.</summary>
internal sealed record ParameterFacts
{
    /// <summary>Stands for all sets in 'Parameter Sets'.</summary>
    public const string AllSets = "(All)";

    // platyPS writes them in this order, with a blank line before Required; 'Accepted values' alone may be left out.
    private static readonly string[] Keys =
    [
        "Type", "Parameter Sets", "Aliases", "Accepted values", "Required", "Position", "Default value", "Accept pipeline input",
        "Accept wildcard characters",
    ];

    private static readonly string[] PipelineInputs =
        ["False", "True (ByValue)", "True (ByPropertyName)", "True (ByPropertyName, ByValue)"];

    public required string Type { get; init; }

    public required IReadOnlyList<string> Sets { get; init; }

    public required IReadOnlyList<string> Aliases { get; init; }

    public required IReadOnlyList<string> AcceptedValues { get; init; }

    public required bool IsRequired { get; init; }

    public required string Position { get; init; }

    public required string DefaultValue { get; init; }

    public required string PipelineInput { get; init; }

    public required bool AcceptsWildcards { get; init; }

    public bool IsSwitch => Type == "SwitchParameter";

    public bool IsIn(string set) => Sets.Contains(AllSets) || Sets.Contains(set);

    /// <summary>Reads a block; lines are counted from 1 in the file.</summary>
    public static ParameterFacts Read(string file, FlatYaml yaml)
    {
        List<string> expected = [.. Keys];
        if (!yaml.Has("Accepted values"))
        {
            expected.Remove("Accepted values");
        }

        yaml.RequireKeys(expected);
        string type = yaml.Text("Type");
        if (type.Length == 0)
        {
            throw new PageException(file, yaml.LineOf("Type"), "the type is missing");
        }

        IReadOnlyList<string> sets = yaml.List("Parameter Sets");
        if (sets.Count == 0)
        {
            throw new PageException(file, yaml.LineOf("Parameter Sets"), $"name the sets, or {AllSets}");
        }

        return new ParameterFacts
        {
            Type = type,
            Sets = sets,
            Aliases = yaml.List("Aliases"),
            AcceptedValues = yaml.List("Accepted values"),
            IsRequired = yaml.Flag("Required"),
            Position = yaml.OneOf("Position", value => value == "Named" || int.TryParse(value, out _), "Named or a number"),
            DefaultValue = yaml.OneOf("Default value", value => value.Length > 0, "a value or None"),
            PipelineInput = yaml.OneOf("Accept pipeline input", value => PipelineInputs.Contains(value), string.Join(" or ", PipelineInputs)),
            AcceptsWildcards = yaml.Flag("Accept wildcard characters"),
        };
    }
}

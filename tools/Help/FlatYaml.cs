namespace LxcPS.Help;

/// <summary>A block of 'key: value' lines; no yaml beyond that is in these pages.</summary>
internal sealed class FlatYaml
{
    private readonly string file;
    private readonly int firstLine;
    private readonly List<(string Key, string Value, int Line)> pairs = [];

    /// <summary>Reads a block.</summary>
    /// <param name="file">The page.</param>
    /// <param name="firstLine">The line of the file, counted from 1, that the block begins in.</param>
    /// <param name="lines">Its lines.</param>
    public FlatYaml(string file, int firstLine, IEnumerable<string> lines)
    {
        this.file = file;
        this.firstLine = firstLine;
        int number = firstLine;
        foreach (string line in lines)
        {
            number++;
            if (line.Trim().Length == 0)
            {
                continue;
            }

            int colon = line.IndexOf(':');
            if (colon <= 0 || char.IsWhiteSpace(line[0]))
            {
                throw new PageException(file, number, $"'{line}' is not of the form 'key: value'");
            }

            string key = line[..colon];
            if (Has(key))
            {
                throw new PageException(file, number, $"the key '{key}' is there twice");
            }

            pairs.Add((key, line[(colon + 1)..].Trim(), number));
        }
    }

    public bool Has(string key) => pairs.Exists(pair => pair.Key == key);

    public int LineOf(string key) => pairs.Find(pair => pair.Key == key) is { Line: > 0 } pair ? pair.Line : firstLine;

    /// <summary>The value, or nothing where the key is missing.</summary>
    public string Text(string key) => pairs.Find(pair => pair.Key == key).Value ?? string.Empty;

    public IReadOnlyList<string> List(string key) =>
        Text(key).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public bool Flag(string key) => OneOf(key, value => value is "True" or "False", "True or False") == "True";

    public string OneOf(string key, Func<string, bool> isValid, string expected)
    {
        string value = Text(key);
        return isValid(value) ? value : throw new PageException(file, LineOf(key), $"'{key}' is '{value}', and must be {expected}");
    }

    /// <summary>Refuses keys that are missing, unknown or out of order.</summary>
    public void RequireKeys(IReadOnlyList<string> expected)
    {
        for (int i = 0; i < Math.Max(expected.Count, pairs.Count); i++)
        {
            if (i >= pairs.Count)
            {
                throw new PageException(file, firstLine, $"the key '{expected[i]}' is missing");
            }

            if (i >= expected.Count || pairs[i].Key != expected[i])
            {
                string wanted = i >= expected.Count ? "no further key" : $"'{expected[i]}'";
                throw new PageException(file, pairs[i].Line, $"the key '{pairs[i].Key}' is here, where the schema has {wanted}");
            }
        }
    }
}

using System.Text;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// What a monitor tells whoever started it, one line a message: <c>state RUNNING 4242</c>, <c>warning text</c>, or <c>error</c> and the
/// fields of an <see cref="LxcException"/>. Fields are separated by tabs; tabs, line feeds and backslashes inside are escaped.
/// </summary>
public static class ReportLine
{
    /// <summary>The kind of the line that ends an attached program's report; its field is the exit code.</summary>
    internal const string Exit = "exit";

    /// <summary>The line of an error.</summary>
    public static string OfError(LxcException e)
    {
        StringBuilder line = new("error");
        foreach (string? field in (ReadOnlySpan<string?>)[e.ErrorId, e.Errno.ToString(), e.Step, e.Call, e.Path, e.ConfigKey, e.Line.ToString(), e.Message, e.Advice, e.ContainerName])
        {
            Append(line.Append('\t'), field ?? string.Empty);
        }

        return line.ToString();
    }

    /// <summary>The line of a state.</summary>
    public static string OfState(ContainerState state, int value) => $"state\t{state}\t{value}";

    /// <summary>The line of a warning.</summary>
    public static string OfWarning(string text)
    {
        StringBuilder line = new("warning\t");
        Append(line, text);
        return line.ToString();
    }

    /// <summary>The line of something else: a kind and its fields.</summary>
    public static string OfFields(string kind, params ReadOnlySpan<string> fields)
    {
        StringBuilder line = new(kind);
        foreach (string field in fields)
        {
            Append(line.Append('\t'), field);
        }

        return line.ToString();
    }

    /// <summary>The fields of a line; the first is its kind.</summary>
    public static string[] Split(string line)
    {
        string[] fields = line.Split('\t');
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = Unescape(fields[i]);
        }

        return fields;
    }

    /// <summary>The exception of an error line's fields.</summary>
    public static LxcException ToException(string[] fields)
    {
        string Field(int index) => index < fields.Length ? fields[index] : string.Empty;
        string? OrNull(int index) => Field(index).Length == 0 ? null : Field(index);
        return new LxcException(Field(1), Field(8))
        {
            Errno = int.TryParse(Field(2), out int errno) ? errno : 0,
            Step = OrNull(3),
            Call = OrNull(4),
            Path = OrNull(5),
            ConfigKey = OrNull(6),
            Line = int.TryParse(Field(7), out int number) ? number : 0,
            Advice = OrNull(9),
            ContainerName = OrNull(10),
        };
    }

    private static void Append(StringBuilder line, string field)
    {
        foreach (char c in field)
        {
            _ = c switch
            {
                '\\' => line.Append(@"\\"),
                '\t' => line.Append(@"\t"),
                '\n' => line.Append(@"\n"),
                '\r' => line.Append(@"\r"),
                _ => line.Append(c),
            };
        }
    }

    private static string Unescape(string field)
    {
        if (!field.Contains('\\'))
        {
            return field;
        }

        StringBuilder text = new(field.Length);
        for (int i = 0; i < field.Length; i++)
        {
            char c = field[i];
            if (c == '\\' && i + 1 < field.Length)
            {
                c = field[++i] switch { 't' => '\t', 'n' => '\n', 'r' => '\r', char other => other };
            }

            text.Append(c);
        }

        return text.ToString();
    }
}

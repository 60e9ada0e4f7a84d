using System.Collections;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>One value of a -Property parameter: a name, a pattern, a script block, or a table of these with a name or an order.</summary>
internal sealed class PropertyArgument
{
    private PropertyArgument(PSPropertyExpression expression) => Expression = expression;

    public PSPropertyExpression Expression { get; }
    public string? Name { get; private init; }
    public bool? Descending { get; private init; }

    public static PropertyArgument Parse(object argument) =>
        (argument is PSObject wrapped ? wrapped.BaseObject : argument) switch
        {
            IDictionary table => FromTable(table),
            PSPropertyExpression expression => new PropertyArgument(expression),
            ScriptBlock script => new PropertyArgument(new PSPropertyExpression(script)),
            var other => new PropertyArgument(new PSPropertyExpression(LanguagePrimitives.ConvertTo<string>(other))),
        };

    public static PropertyArgument[] Parse(object[]? arguments) => [.. (arguments ?? []).Select(Parse)];

    /// <summary>The values of the properties that the argument stands for in that object, each with its name.</summary>
    public IEnumerable<(string Name, object? Value)> Values(PSObject item) =>
        Expression.ResolveNames(item)
            .SelectMany(one => one.GetValues(item), (_, result) => (Name ?? result.ResolvedExpression.ToString(), Unwrap(result)));

    /// <summary>The first such value, or null.</summary>
    public object? Value(PSObject item) => Values(item).Select(one => one.Value).FirstOrDefault();

    private static object? Unwrap(PSPropertyExpressionResult result) => result.Exception is null ? result.Result : null;

    private static PropertyArgument FromTable(IDictionary table)
    {
        object? expression = null;
        string? name = null;
        bool? descending = null;
        foreach (DictionaryEntry entry in table)
        {
            // Any beginning of a key will do.
            var key = LanguagePrimitives.ConvertTo<string>(entry.Key);
            if (Is(key, "Expression"))
            {
                expression = entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value;
            }
            else if (Is(key, "Name") || Is(key, "Label"))
            {
                name = LanguagePrimitives.ConvertTo<string>(entry.Value);
            }
            else if (Is(key, "Ascending"))
            {
                descending = !LanguagePrimitives.IsTrue(entry.Value);
            }
            else if (Is(key, "Descending"))
            {
                descending = LanguagePrimitives.IsTrue(entry.Value);
            }
            else
            {
                throw new PSArgumentException($"The {key} key is not valid.");
            }
        }

        return expression is null && name is null
            ? throw new PSArgumentException("The hash table of a property needs an Expression key.")
            : new PropertyArgument(Parse(expression ?? name!).Expression) { Name = name, Descending = descending };
    }

    private static bool Is(string key, string name) => key.Length > 0 && name.StartsWith(key, StringComparison.OrdinalIgnoreCase);
}

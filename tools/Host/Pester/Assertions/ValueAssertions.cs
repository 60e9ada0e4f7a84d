using System.Collections;
using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>Be, BeExactly, BeNullOrEmpty, BeTrue, BeFalse, the comparisons, and BeOfType. Each returns what is wrong, or null.</summary>
internal static class ValueAssertions
{
    public static string? Be(AssertionContext context, bool exactly)
    {
        if (Operators.Same(context.Cmdlet, context.Actual, context.Expected, exactly) != context.Not)
        {
            return null;
        }

        var word = exactly ? " exactly" : "";
        var (expected, actual) = (Single(context.Expected), Single(context.Actual));
        if (context.Not)
        {
            return $"Expected{word} {Show.Value(expected)} to be different from the actual value,{context.Because} but they were the same.";
        }

        return expected is string one && actual is string other
            ? StringDifference.Describe(one, other, exactly, context.Because)
            : $"Expected{word} {Show.Value(expected)},{context.Because} but got {Show.Value(actual)}.";
    }

    public static string? BeNullOrEmpty(AssertionContext context)
    {
        var items = (object?[]?)context.Actual;
        var empty = items switch
        {
            null or [] => true,
            [var only] => Base(only) is Hashtable table ? table.Count == 0 : Show.Text(only).Length == 0,
            _ => false,
        };
        return empty != context.Not ? null
            : context.Not ? $"Expected a value,{context.Because} but got $null or empty."
            : $"Expected $null or empty,{context.Because} but got {Show.Value(Single(items))}.";
    }

    public static string? BeBoolean(AssertionContext context, bool wanted)
    {
        wanted ^= context.Not;
        return LanguagePrimitives.IsTrue(context.Actual) == wanted ? null
            : $"Expected {Show.Value(wanted)},{context.Because} but got {Show.Value(context.Actual)}.";
    }

    /// <summary>Fails when <paramref name="opposite"/> holds, because with $null on a side neither operator need hold.</summary>
    public static string? Compare(AssertionContext context, string comparison, string opposite, string words)
    {
        if (!Operators.Test(context.Cmdlet, context.Not ? comparison : opposite, context.Actual, context.Expected))
        {
            return null;
        }

        var not = context.Not ? " not" : "";
        return $"Expected the value{not} to be {words} {Show.Value(context.Expected)},{context.Because} "
            + $"but got {Show.Value(context.Actual)}.";
    }

    public static string? BeOfType(AssertionContext context)
    {
        var type = TypeOf(context.Should.ExpectedType);
        if (Operators.Test(context.Cmdlet, "-is", context.Actual, type) != context.Not)
        {
            return null;
        }

        var not = context.Not ? " not" : "";
        var actual = Base(context.Actual)?.GetType();
        return $"Expected the value{not} to be of type {Show.Value(type)} or one derived from it,{context.Because} "
            + $"but got {Show.Value(context.Actual)} of type {(actual is null ? "<none>" : Show.Value(actual))}.";
    }

    public static Type TypeOf(object? value)
    {
        if (Base(value) is Type type)
        {
            return type;
        }

        var name = Show.Text(value);
        name = name.StartsWith('[') && name.EndsWith(']') ? name[1..^1] : name;
        return LanguagePrimitives.TryConvertTo<Type>(name, out var found) ? found
            : throw new ArgumentException($"No type [{name}] is known here; is its assembly loaded?");
    }

    public static object? Base(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    // One element piped is shown as itself, not as a collection of one.
    private static object? Single(object? value) => Base(value) switch
    {
        object?[] { Length: 1 } items => Base(items[0]),
        object?[] { Length: 0 } => null,
        var other => other,
    };
}

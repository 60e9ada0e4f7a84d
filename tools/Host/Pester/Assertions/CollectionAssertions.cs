using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>BeIn, Contain and HaveCount.</summary>
internal static class CollectionAssertions
{
    public static string? BeIn(AssertionContext context) => context.Judge(
        Operators.Test(context.Cmdlet, "-contains", context.Expected, context.Actual),
        $"Expected collection {Show.Value(context.Expected)}", $"contain {Show.Value(context.Actual)}", "it was not found", "it was found");

    public static string? Contain(AssertionContext context) => context.Judge(
        Operators.Test(context.Cmdlet, "-contains", context.Actual, context.Expected),
        $"Expected {Show.Value(context.Expected)}", $"be found in collection {Show.Value(context.Actual)}",
        "it was not found", "it was found");

    public static string? HaveCount(AssertionContext context)
    {
        var wanted = LanguagePrimitives.ConvertTo<int>(context.Expected);
        if (wanted < 0)
        {
            throw new ArgumentException("A collection cannot have fewer than 0 items");
        }

        var items = (object?[]?)context.Actual ?? [];
        return context.Judge(
            items.Length == wanted, "Expected a collection", $"have {wanted} items",
            $"it has {items.Length}: {Show.Value(items)}", $"it has: {Show.Value(items)}");
    }
}

using System.Management.Automation;
using System.Text.RegularExpressions;

namespace LxcPS.Host.Pester;

/// <summary>BeLike, Match, Exist and FileContentMatch, with their exact and multi-line forms.</summary>
internal static class TextAssertions
{
    public static string? BeLike(AssertionContext context, string comparison) => context.Judge(
        Operators.Test(context.Cmdlet, comparison, context.Actual, context.Expected),
        $"Expected wildcard {Show.Value(context.Expected)}", $"match {Show.Value(context.Actual)}", "it did not match", "it did match");

    public static string? Match(AssertionContext context, string comparison) => context.Judge(
        Operators.Test(context.Cmdlet, comparison, context.Actual, context.Should.RegularExpression),
        $"Expected regular expression {Show.Value(context.Should.RegularExpression)}", $"match {Show.Value(context.Actual)}",
        "it did not match", "it did match");

    public static string? Exist(AssertionContext context) => context.Judge(
        Show.Text(context.Actual) is { Length: > 0 } path && context.Cmdlet.InvokeProvider.Item.Exists(path),
        $"Expected path {Show.Value(context.Actual)}", "exist", "it did not exist", "it did exist");

    public static string? FileContentMatch(AssertionContext context, bool exactly, bool multiline)
    {
        var pattern = Show.Text(context.Should.ExpectedContent);
        var options = exactly ? RegexOptions.None : RegexOptions.IgnoreCase;
        return context.Judge(
            Texts(context, multiline).Any(text => Regex.IsMatch(text, pattern, options)),
            $"Expected {Show.Value(pattern)}", $"be found in file {Show.Value(context.Actual)}", "it was not found", "it was found");
    }

    private static IEnumerable<string> Texts(AssertionContext context, bool multiline)
    {
        try
        {
            var files = context.Cmdlet.GetResolvedProviderPathFromPSPath(Show.Text(context.Actual), out _);
            return [.. multiline ? files.Select(File.ReadAllText) : files.SelectMany(File.ReadLines)];
        }
        catch (Exception error) when (error is ItemNotFoundException or IOException)
        {
            // A missing file has no content; that it is missing is told, but does not decide.
            context.Cmdlet.WriteError(new ErrorRecord(error, "PathNotFound", ErrorCategory.ObjectNotFound, context.Actual));
            return [];
        }
    }
}

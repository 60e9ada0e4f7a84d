namespace LxcPS.Host.Pester;

/// <summary>The operators of Should, by the name of their parameter set.</summary>
internal static class AssertionTable
{
    // These judge all that was piped at once; the others are asked about each item.
    private static readonly HashSet<string> TakesCollection = ["Be", "BeExactly", "BeNullOrEmpty", "Contain", "HaveCount"];

    private static readonly Dictionary<string, Func<AssertionContext, string?>> Checks = new()
    {
        ["Be"] = context => ValueAssertions.Be(context, exactly: false),
        ["BeExactly"] = context => ValueAssertions.Be(context, exactly: true),
        ["BeNullOrEmpty"] = ValueAssertions.BeNullOrEmpty,
        ["BeTrue"] = context => ValueAssertions.BeBoolean(context, wanted: true),
        ["BeFalse"] = context => ValueAssertions.BeBoolean(context, wanted: false),
        ["BeGreaterThan"] = context => ValueAssertions.Compare(context, "-gt", "-le", "greater than"),
        ["BeGreaterOrEqual"] = context => ValueAssertions.Compare(context, "-ge", "-lt", "greater than or equal to"),
        ["BeLessThan"] = context => ValueAssertions.Compare(context, "-lt", "-ge", "less than"),
        ["BeLessOrEqual"] = context => ValueAssertions.Compare(context, "-le", "-gt", "less than or equal to"),
        ["BeOfType"] = ValueAssertions.BeOfType,
        ["BeIn"] = CollectionAssertions.BeIn,
        ["Contain"] = CollectionAssertions.Contain,
        ["HaveCount"] = CollectionAssertions.HaveCount,
        ["BeLike"] = context => TextAssertions.BeLike(context, "-like"),
        ["BeLikeExactly"] = context => TextAssertions.BeLike(context, "-clike"),
        ["Match"] = context => TextAssertions.Match(context, "-match"),
        ["MatchExactly"] = context => TextAssertions.Match(context, "-cmatch"),
        ["Exist"] = TextAssertions.Exist,
        ["FileContentMatch"] = context => TextAssertions.FileContentMatch(context, exactly: false, multiline: false),
        ["FileContentMatchExactly"] = context => TextAssertions.FileContentMatch(context, exactly: true, multiline: false),
        ["FileContentMatchMultiline"] = context => TextAssertions.FileContentMatch(context, exactly: false, multiline: true),
        ["FileContentMatchMultilineExactly"] = context => TextAssertions.FileContentMatch(context, exactly: true, multiline: true),
        ["HaveParameter"] = ParameterAssertion.Check,
        ["Throw"] = ThrowAssertion.Check,
    };

    public static IEnumerable<string> Failures(ShouldCommand should, string name, List<object?> piped)
    {
        if (!Checks.TryGetValue(name, out var check))
        {
            throw new NotSupportedException(
                $"Should -{name} needs mocks, which this runner has not; run the tests with the Pester 5 module");
        }

        IEnumerable<object?> values = piped.Count == 0 ? [null] : TakesCollection.Contains(name) ? [piped.ToArray()] : piped;
        return values.Select(value => check(new AssertionContext(should, value))).OfType<string>();
    }
}

using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>Throw: runs the script block that is piped in, and looks at what comes out of it.</summary>
internal static class ThrowAssertion
{
    // In a try, so that the error of a statement ends the script block as it would end a test.
    private const string Text = """
        param($______script)
        try { do { $null = & $______script } until ($true) } catch { $_ }
        """;

    public static string? Check(AssertionContext context)
    {
        if (ValueAssertions.Base(context.Actual) is not ScriptBlock script)
        {
            throw new ArgumentException("Should -Throw takes a script block: put what should throw in braces");
        }

        var runner = ScriptBlock.Create(Text);
        SessionBinding.Bind(runner, SessionBinding.Of(script));
        var error = context.Cmdlet.InvokeCommand.InvokeScript(useLocalScope: true, runner, null, script)
            .Select(item => item?.BaseObject).OfType<ErrorRecord>().FirstOrDefault();
        var from = error is null ? "" : $" {Position(error)}";
        if (context.Not)
        {
            return error is null ? null
                : $"Expected no exception to be thrown,{context.Because} but \"{error.Exception.Message}\" was thrown{from}.";
        }

        var (wanted, wrong) = Compare(context.Should, error);
        if (wrong.Count > 0)
        {
            var with = wanted.Count > 0 ? $" with {Message.And(wanted)}" : "";
            return $"Expected an exception{with} to be thrown,{context.Because} but {Message.And(wrong)}.{from}";
        }

        if (context.Should.PassThru)
        {
            context.Cmdlet.WriteObject(error);
        }

        return null;
    }

    private static (List<string> Wanted, List<string> Wrong) Compare(ShouldCommand should, ErrorRecord? error)
    {
        List<string> wanted = [];
        List<string> wrong = error is null ? ["none was thrown"] : [];
        if (should.ExceptionType is { } expected)
        {
            var type = ValueAssertions.TypeOf(expected);
            wanted.Add($"type {Show.Value(type)}");
            Note(error is null || type.IsInstanceOfType(error.Exception), $"its type was {Show.Value(error?.Exception.GetType())}");
        }

        if (!string.IsNullOrWhiteSpace(should.ExpectedMessage))
        {
            wanted.Add($"message like {Show.Value(should.ExpectedMessage)}");
            Note(Like(should.ExpectedMessage, error?.Exception.Message), $"its message was {Show.Value(error?.Exception.Message)}");
        }

        if (!string.IsNullOrWhiteSpace(should.ErrorId))
        {
            wanted.Add($"FullyQualifiedErrorId {Show.Value(should.ErrorId)}");
            var id = error?.FullyQualifiedErrorId;
            Note(Like(should.ErrorId, id), $"its FullyQualifiedErrorId was {Show.Value(id)}");
        }

        return (wanted, wrong);

        void Note(bool fits, string how)
        {
            if (!fits)
            {
                wrong.Add(how);
            }
        }
    }

    private static bool Like(string pattern, string? text) =>
        text is null || new WildcardPattern(pattern, WildcardOptions.IgnoreCase).IsMatch(text);

    private static string Position(ErrorRecord error)
    {
        var lines = error.InvocationInfo?.PositionMessage?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [];
        var text = string.Join("\n    ", lines);
        return text.StartsWith("At ", StringComparison.Ordinal) ? "from " + text[3..] : text;
    }
}

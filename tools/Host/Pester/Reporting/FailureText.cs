using System.Management.Automation;
using System.Text.RegularExpressions;

namespace LxcPS.Host.Pester;

/// <summary>The lines that tell why a test failed: the message, the assertion's place, and the stack down to the test.</summary>
internal static partial class FailureText
{
    public static List<string> Lines(IReadOnlyList<ErrorRecord> errors, string verbosity)
    {
        List<string> lines = [];
        for (var i = 0; i < errors.Count; i++)
        {
            List<string> one = [.. MessageLines(errors[i]), .. Trace(errors[i], verbosity)];
            if (errors.Count > 1 && one.Count > 0)
            {
                one[0] = $"[{i}] {one[0]}";
            }

            lines.AddRange(one);
        }

        return lines;
    }

    /// <summary>The message, after those of the exceptions that PowerShell wrapped: the innermost says most.</summary>
    public static IEnumerable<string> MessageLines(ErrorRecord error)
    {
        List<string> lines = [];
        for (var exception = error.Exception; exception is not null; exception = exception.InnerException)
        {
            var head = IsAssertion(error) ? "" : exception.GetType().Name + ": ";
            var message = exception.Message.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
            lines.InsertRange(0, message.Select((line, i) => i == 0 ? head + line : line));
        }

        return lines;
    }

    public static IEnumerable<string> Trace(ErrorRecord error, string verbosity)
    {
        List<string> trace = [];
        if (IsAssertion(error) && error.TargetObject is System.Collections.IDictionary target)
        {
            trace.Add($"at {Show.Text(target["LineText"]).Trim()}, {target["File"]}:{target["Line"]}");
        }

        var stack = (error.ScriptStackTrace ?? "").Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        trace.AddRange(verbosity == "Full"
            ? stack
            : stack.TakeWhile(line => !line.Contains($", {SessionBinding.File}:", StringComparison.Ordinal))
                .Where(line => !line.Contains(", <No file>:", StringComparison.Ordinal)));

        // 'file:12' is what editors and terminals make a link of.
        var lines = trace.Select(line => LineNumber().Replace(line, ":$1"));
        return verbosity switch
        {
            "None" => [],
            "FirstLine" => lines.Take(1),
            _ => lines,
        };
    }

    private static bool IsAssertion(ErrorRecord error) => error.FullyQualifiedErrorId == ItResult.AssertionFailed;

    [GeneratedRegex(@":\s*line\s*(\d+)\s*$")]
    private static partial Regex LineNumber();
}

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

    /// <summary>The message, and below it those of the exceptions that PowerShell wrapped.</summary>
    public static IEnumerable<string> MessageLines(ErrorRecord error)
    {
        for (var exception = error.Exception; exception is not null; exception = exception.InnerException)
        {
            var head = IsAssertion(error) ? "" : exception.GetType().Name + ": ";
            foreach (var line in exception.Message.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                yield return head + line;
                head = "";
            }
        }
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

using System.Globalization;
using System.Xml.Linq;

namespace LxcPS.Host.Pester;

/// <summary>Writes the results for continuous integration, as JUnit or as NUnit 2.5 XML.</summary>
internal static class TestReport
{
    public static void Write(PesterRun run, TestResultSection section, string path)
    {
        var document = section.OutputFormat switch
        {
            "JUnitXml" => JUnit(run, section.TestSuiteName),
            "NUnitXml" or "NUnit2.5" => NUnit(run, section.TestSuiteName),
            _ => throw new ArgumentException($"This runner writes NUnitXml and JUnitXml reports, but not {section.OutputFormat}"),
        };
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        document.Save(path);
    }

    private static XElement JUnit(PesterRun run, string name) => new("testsuites",
        new XAttribute("name", name), new XAttribute("tests", run.TotalCount), new XAttribute("errors", run.FailedContainersCount),
        new XAttribute("failures", run.FailedCount), new XAttribute("disabled", run.NotRunCount + run.SkippedCount), Seconds(run.Duration),
        run.Containers.Select((container, id) => new XElement("testsuite",
            new XAttribute("id", id), new XAttribute("name", container.Name), new XAttribute("tests", container.TotalCount),
            new XAttribute("errors", container.ErrorRecord.Count), new XAttribute("failures", container.FailedCount),
            new XAttribute("skipped", container.SkippedCount + container.NotRunCount + container.InconclusiveCount),
            new XAttribute("timestamp", run.ExecutedAt.ToString("s", CultureInfo.InvariantCulture)), Seconds(container.Duration),
            container.Root.AllTests().Select(test => new XElement("testcase",
                new XAttribute("name", Clean(test.ExpandedPath)), new XAttribute("status", test.Result),
                new XAttribute("classname", container.Name), Seconds(test.Duration),
                test.Result switch
                {
                    "Passed" => null,
                    "Failed" => new XElement("failure", new XAttribute("message", MessageOf(test)), StackOf(test)),
                    _ => new XElement("skipped"),
                })))));

    private static XElement NUnit(PesterRun run, string name) => new("test-results",
        new XAttribute("name", name), new XAttribute("total", run.TotalCount - run.NotRunCount), new XAttribute("errors", 0),
        new XAttribute("failures", run.FailedCount), new XAttribute("not-run", run.NotRunCount),
        new XAttribute("inconclusive", run.InconclusiveCount), new XAttribute("ignored", run.SkippedCount),
        new XAttribute("skipped", 0), new XAttribute("invalid", 0),
        new XAttribute("date", run.ExecutedAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        new XAttribute("time", run.ExecutedAt.ToString("HH:mm:ss", CultureInfo.InvariantCulture)),
        run.Containers.Select(container => Suite(container.Name, container.Result, container.Duration,
            container.Blocks.Where(block => block.ShouldRun).Select(Block))));

    private static XElement Block(PesterBlock block) => Suite(block.ExpandedPath, block.Result, block.Duration,
        block.Order.Where(item => item.ShouldRun).Select(item => item is PesterBlock child ? Block(child) : Case((PesterTest)item)));

    private static XElement Suite(string name, string result, TimeSpan time, IEnumerable<XElement> content) => new("test-suite",
        new XAttribute("type", "TestFixture"), new XAttribute("name", Clean(name)), new XAttribute("executed", "True"),
        new XAttribute("result", NUnitResult(result)), new XAttribute("success", result != "Failed"), Seconds(time),
        new XElement("results", content));

    private static XElement Case(PesterTest test) => new("test-case",
        new XAttribute("name", Clean(test.ExpandedPath)), new XAttribute("description", Clean(test.ExpandedName)),
        new XAttribute("executed", test.Result != "Skipped"), new XAttribute("result", NUnitResult(test.Result)),
        new XAttribute("success", test.Result == "Passed"), Seconds(test.Duration),
        test.Result == "Failed"
            ? new XElement("failure", new XElement("message", MessageOf(test)), new XElement("stack-trace", StackOf(test)))
            : null);

    private static string NUnitResult(string result) => result switch
    {
        "Passed" => "Success",
        "Failed" => "Failure",
        "Skipped" => "Ignored",
        _ => "Inconclusive",
    };

    private static XAttribute Seconds(TimeSpan time) => new("time", time.TotalSeconds.ToString("0.0000", CultureInfo.InvariantCulture));

    private static string MessageOf(PesterTest test) => Clean(string.Join('\n', test.ErrorRecord.SelectMany(FailureText.MessageLines)));

    private static string StackOf(PesterTest test) =>
        Clean(string.Join('\n', test.ErrorRecord.SelectMany(error => FailureText.Trace(error, "Filtered"))));

    // XML 1.0 has no way to write most control characters, and tests of consoles have them in their names and messages.
    private static string Clean(string text) => string.Concat(text.Select(letter =>
        char.IsControl(letter) && letter is not ('\n' or '\r' or '\t') ? '\uFFFD' : letter));
}

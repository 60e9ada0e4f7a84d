using System.Globalization;
using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>Shows the run as it goes, the way Write-Host does, so that 6> redirects it.</summary>
internal sealed class Screen(PSCmdlet cmdlet, OutputSection output)
{
    private static readonly string[] Tags = ["PSHOST"];
    private readonly bool _detailed = output.Verbosity is "Detailed" or "Diagnostic";
    private readonly bool _silent = output.Verbosity == "None";

    public void DiscoveryStarts(int files) => Line(ConsoleColor.Magenta, $"Discovering tests in {Count(files, "file")}.");

    public void Discovered(PesterContainerResult container)
    {
        if (container.ErrorRecord.Count > 0)
        {
            Line(ConsoleColor.Red, $"[-] Discovery in {container.Name} failed");
            Failure(container.ErrorRecord, " ");
        }
        else if (output.Verbosity == "Diagnostic")
        {
            var count = Count(container.TotalCount, "test");
            Line(ConsoleColor.DarkGray, $"Found {count} in {container.Name} {Time(container.DiscoveryDuration)}");
        }
    }

    public void DiscoveryEnds(List<PesterContainerResult> containers)
    {
        var total = containers.Sum(container => container.TotalCount);
        var chosen = containers.Sum(container => container.Root.AllTests().Count(test => test.ShouldRun));
        Line(ConsoleColor.Magenta, $"Found {Count(total, "test")}{(chosen < total ? $", of which {chosen} are to run" : "")}.");
    }

    public void ContainerStarts(PesterContainerResult container)
    {
        if (_detailed)
        {
            Line(null, "");
            Line(ConsoleColor.Magenta, $"Running tests from '{container.Name}'");
        }
    }

    public void TestStarts(PesterTest test)
    {
        if (_detailed)
        {
            Heading(test.Block!);
        }
    }

    public void TestEnded(PesterTest test)
    {
        var margin = _detailed ? new string(' ', test.Path.Count) : "";
        var name = _detailed ? test.ExpandedName : test.ExpandedPath;
        var (mark, color) = test.Result switch
        {
            "Passed" => ("[+]", ConsoleColor.DarkGreen),
            "Failed" => ("[-]", ConsoleColor.Red),
            "Skipped" => ("[!]", ConsoleColor.Yellow),
            _ => ("[?]", ConsoleColor.Gray),
        };
        if (!_detailed && test.Result != "Failed")
        {
            return;
        }

        if (test.Result is "Skipped" or "Inconclusive" && test.ErrorRecord is [var reason, ..])
        {
            name += $" {reason.Exception.Message}";
        }

        Write(color, $"{margin}{mark} {name}", newLine: false);
        Line(ConsoleColor.DarkGray, $" {Time(test.Duration)} ({Time(test.UserDuration)}|{Time(test.FrameworkDuration)})");
        if (test.Result == "Failed")
        {
            Failure(test.ErrorRecord, margin + " ");
        }
    }

    public void BlockEnded(PesterBlock block)
    {
        if (block.OwnPassed || block.IsRoot)
        {
            return;
        }

        if (_detailed)
        {
            Heading(block);
        }

        var margin = _detailed ? new string(' ', block.Path.Count) : "";
        Line(ConsoleColor.Red, $"{margin}[-] {block.CommandUsed} {string.Join('.', block.Path)} failed");
        Failure(block.ErrorRecord, margin + " ");
    }

    public void ContainerEnded(PesterContainerResult container)
    {
        if (container.ErrorRecord.Count > 0)
        {
            Line(ConsoleColor.Red, $"[-] {container.Name} failed");
            Failure(container.ErrorRecord, " ");
        }
        else if (!_detailed && container.Passed)
        {
            Write(ConsoleColor.DarkGreen, $"[+] {container.Name}", newLine: false);
            Line(ConsoleColor.DarkGray, $" {Time(container.Duration)}");
        }
    }

    public void RunEnded(PesterRun run)
    {
        Line(ConsoleColor.White, $"Tests completed in {Time(run.Duration)}");
        var failed = run.FailureCount > 0;
        Write(failed ? ConsoleColor.White : ConsoleColor.DarkGreen, $"Tests Passed: {run.PassedCount}, ", newLine: false);
        Write(failed ? ConsoleColor.Red : ConsoleColor.DarkGray, $"Failed: {run.FailedCount}, ", newLine: false);
        Write(run.SkippedCount > 0 ? ConsoleColor.Yellow : ConsoleColor.DarkGray, $"Skipped: {run.SkippedCount}, ", newLine: false);
        Line(ConsoleColor.DarkGray, $"Inconclusive: {run.InconclusiveCount}, NotRun: {run.NotRunCount}");
        List("BeforeAll or AfterAll failed", run.FailedBlocks.Select(block => string.Join('.', block.Path)));
        List("Container failed", run.FailedContainers.Select(container => container.Name));
    }

    private void List(string what, IEnumerable<string> names)
    {
        var list = names.ToList();
        if (list.Count > 0)
        {
            Line(ConsoleColor.Red, $"{what}: {list.Count}");
            list.ForEach(name => Line(ConsoleColor.Red, $"  - {name}"));
        }
    }

    // Only before the first test of a block, because until then its name may have templates to expand.
    private void Heading(PesterBlock block)
    {
        if (block.IsRoot || block.WrittenToScreen)
        {
            return;
        }

        Heading(block.Parent!);
        block.WrittenToScreen = true;
        var describe = block.CommandUsed == "Describe";
        Line(describe ? ConsoleColor.Green : ConsoleColor.Cyan,
            $"{new string(' ', block.Path.Count - 1)}{(describe ? "Describing" : "Context")} {block.ExpandedName}");
    }

    private void Failure(List<ErrorRecord> errors, string margin) =>
        FailureText.Lines(errors, output.StackTraceVerbosity).ForEach(line => Line(ConsoleColor.Red, margin + line));

    private void Line(ConsoleColor? color, string text) => Write(color, text, newLine: true);

    private void Write(ConsoleColor? color, string text, bool newLine)
    {
        if (!_silent)
        {
            var message = new HostInformationMessage { Message = text, NoNewLine = !newLine };
            if (color is not null)
            {
                message.ForegroundColor = color;
            }

            cmdlet.WriteInformation(message, Tags);
        }
    }

    private static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";

    private static string Time(TimeSpan time) => time.TotalSeconds < 1
        ? $"{time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)}ms"
        : $"{time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture)}s";
}

using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Console;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Shows what running containers use, again and again.</summary>
[Cmdlet(VerbsCommon.Show, "LxcContainer")]
[OutputType(typeof(void))]
public sealed class ShowLxcContainerCommand : LxcCmdlet
{
    private readonly List<(ContainerStore Store, string Name)> named = [];
    private readonly List<(ContainerStore Store, string Pattern)> patterns = [];
    private readonly UsageMeter meter = new();
    private UsageOrder order;

    /// <summary>The names of the containers; wildcards are allowed. All that run when it is left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ContainerName")]
    [SupportsWildcards]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>What the table is sorted by.</summary>
    [Parameter]
    public UsageSort SortBy { get; set; }

    /// <summary>Whether the largest is first; without it numbers have the largest first, and names the smallest.</summary>
    [Parameter]
    public SwitchParameter Descending { get; set; }

    /// <summary>The time between two looks, as TimeSpan or in seconds; a tenth of a second at least.</summary>
    [Parameter]
    [Timeout]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How many times the table is shown; on a terminal until q is typed without it, elsewhere once.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; }

    private int Pause => Math.Max(100, TimeoutAttribute.Milliseconds(Interval));

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        order = UsageOrder.By(SortBy);
        if (MyInvocation.BoundParameters.ContainsKey(nameof(Descending)))
        {
            order = order with { Descending = Descending };
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (FindStore() is not { } store)
        {
            return;
        }

        foreach (string name in Name)
        {
            if (WildcardPattern.ContainsWildcardCharacters(name))
            {
                patterns.Add((store, name));
            }
            else
            {
                named.AddRange(ContainerNames.Matching(store, name, this).Select(found => (store, found)));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (patterns.Count + named.Count == 0)
        {
            return;
        }

        Try(null, () =>
        {
            if (TerminalScreen.IsThere)
            {
                ShowOnScreen();
            }
            else
            {
                ShowAsText();
            }
        });
    }

    private void ShowOnScreen()
    {
        using TerminalScreen screen = new();
        for (int shown = 1; ; shown++)
        {
            IReadOnlyList<UsageRow> rows = Look();
            long next = System.Environment.TickCount64 + Pause;
            while (true)
            {
                screen.Draw([.. UsageTable.Lines(order.Sort(rows), order), "", "Sort: n name, c processor, m memory, b block I/O, p processes; the same again reverses. q ends."],
                    UsageTable.Heading);
                char? key = TerminalScreen.ReadKey(TimeSpan.FromMilliseconds(Math.Max(0, next - System.Environment.TickCount64)), StopToken);
                if (key is 'q' or 'Q')
                {
                    return;
                }

                if (key is null && shown == Count)
                {
                    return;
                }

                if (key is null or ' ' or '\r' or '\n')
                {
                    break;
                }

                order = order.After(key.Value) ?? order;
            }
        }
    }

    private void ShowAsText()
    {
        for (int shown = 1; ; shown++)
        {
            // As Write-Host writes: nothing for the pipeline, and 6> takes it.
            WriteInformation(new HostInformationMessage { Message = string.Join('\n', UsageTable.Lines(order.Sort(Look()), order)) + "\n" }, ["PSHOST"]);
            if (shown >= Count || StopToken.WaitHandle.WaitOne(Pause))
            {
                return;
            }
        }
    }

    // Containers come and go: patterns are looked at anew each time.
    private List<UsageRow> Look()
    {
        List<UsageRow> rows = [];
        RunningSet running = RunningSet.Read();
        IEnumerable<(ContainerStore Store, string Name)> targets = named.Concat(
            patterns.SelectMany(pattern => ContainerNames.Matching(pattern.Store, pattern.Pattern, this).Select(name => (pattern.Store, name))));
        foreach ((ContainerStore store, string name) in targets.Distinct())
        {
            if (running.Contains(store.LxcPath, name))
            {
                Try(name, () =>
                {
                    if (meter.Look(store.LxcPath, name) is { } row)
                    {
                        rows.Add(row);
                    }
                });
            }
        }

        return rows;
    }
}

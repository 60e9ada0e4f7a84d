using System.Diagnostics;
using System.Management.Automation;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Emits the changes of state of containers as they happen.</summary>
[Cmdlet(VerbsCommon.Watch, "LxcContainer")]
[OutputType(typeof(LxcStateChange))]
public sealed class WatchLxcContainerCommand : LxcCmdlet
{
    /// <summary>The names of the containers; wildcards are allowed. They need not exist yet.</summary>
    [Parameter(Position = 0)]
    [Alias("ContainerName")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>How long to watch, as TimeSpan or in seconds; without it, until Ctrl+C.</summary>
    [Parameter]
    [Timeout]
    public TimeSpan? Timeout { get; set; }

    /// <summary>After how many changes it ends; without it, after none.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = int.MaxValue;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        List<WildcardPattern> patterns = [];
        foreach (string name in Name)
        {
            if (WildcardPattern.ContainsWildcardCharacters(name))
            {
                patterns.Add(new WildcardPattern(name, WildcardOptions.None));
            }
            else if (Try(name, () => ContainerName.Validate(name)))
            {
                patterns.Add(new WildcardPattern(WildcardPattern.Escape(name), WildcardOptions.None));
            }
        }

        if (patterns.Count > 0 && FindStore() is { } store)
        {
            Try(store.LxcPath, () => Watch(store.LxcPath, name => patterns.Exists(pattern => pattern.IsMatch(name))));
        }
    }

    private void Watch(string lxcPath, Func<string, bool> isWanted)
    {
        long start = Stopwatch.GetTimestamp();
        int timeout = Timeout is { } time ? TimeoutAttribute.Milliseconds(time) : -1;
        using StateWatch watch = StateWatch.Open(Helper, lxcPath, isWanted, StopToken);
        WriteVerbose($"Watching the containers in {lxcPath}");
        for (int i = 0; i < Count; i++)
        {
            int remaining = timeout < 0 ? -1 : (int)Math.Max(0, timeout - Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (watch.Next(remaining) is not { } change)
            {
                return;
            }

            WriteObject(new LxcStateChange(change));
        }
    }
}

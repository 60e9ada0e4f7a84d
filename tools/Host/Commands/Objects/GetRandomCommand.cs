using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Get, "Random", DefaultParameterSetName = "RandomNumber")]
public sealed class GetRandomCommand : PSCmdlet
{
    private readonly List<object?> _items = [];
    private Random _random = Random.Shared;

    [Parameter]
    public int? SetSeed { get; set; }

    [Parameter(Position = 0, ParameterSetName = "RandomNumber")]
    public object? Maximum { get; set; }

    [Parameter(ParameterSetName = "RandomNumber")]
    public object? Minimum { get; set; }

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "RandomListItem", ValueFromPipeline = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Shuffle", ValueFromPipeline = true)]
    [AllowNull]
    public object?[]? InputObject { get; set; }

    [Parameter(ParameterSetName = "RandomNumber")]
    [Parameter(ParameterSetName = "RandomListItem")]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    [Parameter(ParameterSetName = "Shuffle", Mandatory = true)]
    public SwitchParameter Shuffle { get; set; }

    protected override void BeginProcessing()
    {
        _random = SetSeed is { } seed ? new Random(seed) : Random.Shared;
        for (var i = 0; ParameterSetName == "RandomNumber" && i < Count; i++)
        {
            WriteObject(Next());
        }
    }

    protected override void ProcessRecord() => _items.AddRange(InputObject ?? []);

    protected override void EndProcessing()
    {
        if (ParameterSetName != "RandomNumber")
        {
            var items = _items.ToArray();
            _random.Shuffle(items);
            WriteObject(Shuffle ? items : items.Take(Count), enumerateCollection: true);
        }
    }

    // The kind of the bounds is the kind of the answer.
    private object Next()
    {
        var (low, high) = (ToNumber(Minimum), ToNumber(Maximum));
        if (low is double || high is double)
        {
            var from = Convert.ToDouble(low ?? 0, null);
            return from + (_random.NextDouble() * (Convert.ToDouble(high ?? double.MaxValue, null) - from));
        }

        var (first, last) = (Convert.ToInt64(low ?? 0, null), Convert.ToInt64(high ?? int.MaxValue, null));
        if (first >= last)
        {
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException($"The Minimum value ({first}) cannot be greater than or equal to the Maximum value ({last})."),
                "MinGreaterThanOrEqualMax", ErrorCategory.InvalidArgument, null));
        }

        var number = _random.NextInt64(first, last);
        return low is long || high is long ? number : (int)number;
    }

    private static object? ToNumber(object? bound) => (bound is PSObject wrapped ? wrapped.BaseObject : bound) switch
    {
        null => null,
        int or long or double => bound is PSObject boxed ? boxed.BaseObject : bound,
        float or decimal => Convert.ToDouble(bound, null),
        string text => int.TryParse(text, out var small) ? small : long.TryParse(text, out var large) ? large
            : LanguagePrimitives.ConvertTo<double>(text),
        var other => LanguagePrimitives.ConvertTo<long>(other),
    };
}

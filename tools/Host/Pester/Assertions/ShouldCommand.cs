using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>Should: asserts something of what is piped in, and fails the test if it does not hold.</summary>
[Cmdlet(VerbsLifecycle.Assert, "PesterShould")]
[Alias("Should")]
public sealed partial class ShouldCommand : PSCmdlet
{
    private readonly List<object?> _piped = [];

    [Parameter(ValueFromPipeline = true)]
    public object? ActualValue { get; set; }

    [Parameter]
    public SwitchParameter Not { get; set; }

    // After whatever else the operator takes.
    [Parameter(Position = 10)]
    public string Because { get; set; } = "";

    protected override void ProcessRecord() => _piped.Add(ActualValue);

    protected override void EndProcessing()
    {
        foreach (var message in AssertionTable.Failures(this, ParameterSetName, _piped))
        {
            var error = AssertionError.Create(this, ItResult.AssertionFailed, message);
            if (Collector() is { } errors)
            {
                errors.Add(AssertionError.Caught(this, error));
            }
            else
            {
                AssertionError.Throw(this, error);
            }
        }
    }

    // Where a soft assertion leaves its error, so that the test goes on to its end and then fails; null when it is to throw.
    private List<ErrorRecord>? Collector()
    {
        var run = RunState.Current;
        var action = MyInvocation.BoundParameters.TryGetValue("ErrorAction", out var bound)
            ? Show.Text(bound)
            : run?.Configuration.Should.ErrorAction;
        return string.Equals(action, "Stop", StringComparison.OrdinalIgnoreCase) ? null : run?.Active?.Errors;
    }
}

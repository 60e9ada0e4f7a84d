using System.Management.Automation;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommunications.Write, "Error", DefaultParameterSetName = "NoException")]
public sealed class WriteErrorCommand : PSCmdlet
{
    [Parameter(ParameterSetName = "WithException", Mandatory = true)]
    public Exception? Exception { get; set; }

    [Parameter(Position = 0, ParameterSetName = "NoException", Mandatory = true, ValueFromPipeline = true)]
    [Parameter(ParameterSetName = "WithException")]
    [Alias("Msg")]
    [AllowNull]
    [AllowEmptyString]
    public string? Message { get; set; }

    [Parameter(Position = 0, ParameterSetName = "ErrorRecord", Mandatory = true)]
    public ErrorRecord? ErrorRecord { get; set; }

    [Parameter(ParameterSetName = "NoException")]
    [Parameter(ParameterSetName = "WithException")]
    public ErrorCategory Category { get; set; } = ErrorCategory.NotSpecified;

    [Parameter(ParameterSetName = "NoException")]
    [Parameter(ParameterSetName = "WithException")]
    public string? ErrorId { get; set; }

    [Parameter(ParameterSetName = "NoException")]
    [Parameter(ParameterSetName = "WithException")]
    public object? TargetObject { get; set; }

    [Parameter]
    public string? RecommendedAction { get; set; }

    [Parameter]
    [Alias("Activity")]
    public string? CategoryActivity { get; set; }

    [Parameter]
    [Alias("Reason")]
    public string? CategoryReason { get; set; }

    [Parameter]
    public string? CategoryTargetName { get; set; }

    [Parameter]
    public string? CategoryTargetType { get; set; }

    protected override void ProcessRecord()
    {
        // A record that was written before is not changed: it may still be looked at elsewhere.
        var record = ErrorRecord is { } given ? new ErrorRecord(given, null) : new ErrorRecord(
            Exception ?? new WriteErrorException(Message ?? ""),
            ErrorId ?? Exception?.GetType().FullName ?? typeof(WriteErrorException).FullName!,
            Category, TargetObject);
        if (Exception is not null && Message is not null)
        {
            record.ErrorDetails = new ErrorDetails(Message);
        }

        if (RecommendedAction is not null)
        {
            record.ErrorDetails ??= new ErrorDetails(record.ToString());
            record.ErrorDetails.RecommendedAction = RecommendedAction;
        }

        record.CategoryInfo.Activity = CategoryActivity ?? record.CategoryInfo.Activity;
        record.CategoryInfo.Reason = CategoryReason ?? record.CategoryInfo.Reason;
        record.CategoryInfo.TargetName = CategoryTargetName ?? record.CategoryInfo.TargetName;
        record.CategoryInfo.TargetType = CategoryTargetType ?? record.CategoryInfo.TargetType;
        // The error is the caller's, and shows where the caller stands.
        if (GetVariableValue("MyInvocation") is InvocationInfo caller)
        {
            Internals.Call(record, "SetInvocationInfo", caller);
            Internals.Set(record, "PreserveInvocationInfoOnce", true);
            record.CategoryInfo.Activity = CategoryActivity ?? "Write-Error";
        }

        WriteError(record);
    }
}

using System.Management.Automation;
using LxcPS.Engine.Copying;

namespace LxcPS.Commands;

/// <summary>Shows as progress how many bytes are copied, and how fast.</summary>
/// <param name="cmdlet">The cmdlet that shows it.</param>
/// <param name="title">What is being done to what.</param>
internal sealed class TransferBar(Cmdlet cmdlet, string title)
{
    private bool isShown;

    internal void Show(TransferProgress progress)
    {
        isShown = true;
        string status = $"{progress.Activity}: {View.Size(progress.Bytes)}, {View.Size((long)progress.BytesPerSecond)}/s";
        cmdlet.WriteProgress(new ProgressRecord(1, title, status) { PercentComplete = progress.Percent });
    }

    /// <summary>Takes it away, where it was shown.</summary>
    internal void Complete()
    {
        if (isShown)
        {
            isShown = false;
            cmdlet.WriteProgress(new ProgressRecord(1, title, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }
}

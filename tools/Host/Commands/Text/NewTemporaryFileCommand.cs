using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.New, "TemporaryFile", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class NewTemporaryFileCommand : PSCmdlet
{
    protected override void EndProcessing()
    {
        if (ShouldProcess(Path.GetTempPath()))
        {
            WriteObject(new FileInfo(Path.GetTempFileName()));
        }
    }
}

using LxcPS.Engine.Copying;

namespace LxcPS.Commands;

/// <summary>What the cmdlets that export do.</summary>
internal static class Exporting
{
    /// <summary>Exports one thing, with progress; an error is written.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="name">What is exported.</param>
    /// <param name="fileName">What it is called in a directory, without a suffix.</param>
    /// <param name="write">Writes it.</param>
    internal static void Run<T>(T cmdlet, string name, string fileName, Action<ExportRequest> write)
        where T : ModuleCmdlet, IExportParameters
    {
        string path = string.Empty;
        if (!cmdlet.Try(name, () => path = ExportRequest.PlaceOf(cmdlet.FilePathOf(cmdlet.Path), cmdlet.Format, fileName))
            || !cmdlet.ShouldProcess(name, $"Export to {path}"))
        {
            return;
        }

        TransferBar bar = new(cmdlet, $"Exporting {name}");
        bool isWritten = cmdlet.Try(name, () => write(new ExportRequest
        {
            Path = path,
            Format = cmdlet.Format,
            Replace = cmdlet.Force,
            Helper = ModuleCmdlet.Helper,
            Progress = bar.Show,
            Cancel = cmdlet.StopToken,
        }));
        bar.Complete();
        if (isWritten && cmdlet.PassThru)
        {
            cmdlet.WriteItem(path);
        }
    }
}

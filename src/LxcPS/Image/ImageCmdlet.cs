using System.Management.Automation;
using LxcPS.Engine.Images;

namespace LxcPS.Commands;

/// <summary>What cmdlets for images share: the directory of images.</summary>
public abstract class ImageCmdlet : ModuleCmdlet
{
    private int activities;

    /// <summary>The directory of images. The default is /var/lib/lxcps/images, and for users other than root lxcps/images below $XDG_DATA_HOME or ~/.local/share.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? ImagePath { get; set; }

    /// <summary>The store that -ImagePath names; null, with the error written, where that is no path of the file system.</summary>
    internal ImageStore? FindImages()
    {
        ImageStore? store = null;
        Try(ImagePath, () => store = new ImageStore(ImagePath is null ? ImageStore.DefaultPath : FilePathOf(ImagePath)) { Helper = Helper });
        return store;
    }

    /// <summary>Runs an action that tells how far it is.</summary>
    internal bool TryWithProgress(object? target, string activity, Action<Action<string, int>> action)
    {
        ProgressRecord progress = new(++activities, activity, "Beginning");
        bool shown = false;
        bool done = Try(target, () => action((status, percent) =>
        {
            progress.StatusDescription = status;
            progress.PercentComplete = Math.Clamp(percent, -1, 100);
            shown = true;
            WriteProgress(progress);
        }));
        if (shown)
        {
            progress.RecordType = ProgressRecordType.Completed;
            WriteProgress(progress);
        }

        return done;
    }

    internal ImageContext ContextOf(Action<string, int> progress) => new() { Helper = Helper, Progress = progress, Verbose = WriteVerbose, Warn = WriteWarning, CancellationToken = StopToken };
}

using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>What all cmdlets of the module share: the helper, cancellation and errors.</summary>
public abstract class ModuleCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource stopping = new();

    /// <summary>The helper executable of this module.</summary>
    internal static HelperProgram Helper { get; } = new(ModuleFiles.MonitorPath);

    /// <summary>Cancelled by Ctrl+C.</summary>
    protected internal CancellationToken StopToken => stopping.Token;

    /// <inheritdoc/>
    protected override void StopProcessing() => stopping.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the cmdlet holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            stopping.Dispose();
        }
    }

    /// <summary>The store in a directory, the default one for null; null, with the error written, where that is no path of the file system.</summary>
    internal ContainerStore? FindStore(string? lxcPath)
    {
        if (lxcPath is null)
        {
            return StoreAt(ContainerStore.DefaultLxcPath);
        }

        ContainerStore? store = null;
        Try(lxcPath, () => store = StoreAt(FilePathOf(lxcPath)));
        return store;
    }

    /// <summary>The store in a directory.</summary>
    internal static ContainerStore StoreAt(string path) => new(path) { Helper = Helper };

    /// <summary>Writes a file or directory with the properties that the provider gives it, by which it binds to other cmdlets and is shown.</summary>
    internal void WriteItem(string path)
    {
        // A name that is no text the provider does not find.
        object item = InvokeProvider.Item.Exists(path, force: true, literalPath: true) ? InvokeProvider.Item.Get([path], force: true, literalPath: true)
            : Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        WriteObject(item, enumerateCollection: true);
    }

    /// <summary>The path of the file system that a path of this session means.</summary>
    /// <exception cref="LxcException">StorageFailed: it is none.</exception>
    internal string FilePathOf(string path)
    {
        Exception? cause = null;
        try
        {
            string file = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            if (provider.Name == "FileSystem")
            {
                return file;
            }
        }
        catch (Exception e) when (e is SessionStateException or ProviderInvocationException)
        {
            cause = e;
        }

        throw new LxcException(LxcErrorId.StorageFailed,
            cause is null ? $"'{path}' is no path of the file system" : $"The path '{path}' cannot be used: {cause.Message}", cause)
        {
            Path = path,
            Advice = "Give the path of a directory of the file system.",
        };
    }

    /// <summary>Writes an engine's error; the cmdlet goes on with the next object.</summary>
    internal void WriteError(LxcException e, object? target)
    {
        // Ctrl+C is no error: PowerShell ends the pipeline by itself.
        if (e.ErrorId != LxcErrorId.Canceled)
        {
            WriteError(ErrorRecords.Of(e, target));
        }
    }

    /// <summary>Runs an action for one object and writes its error, if it fails, as that object's.</summary>
    internal bool Try(object? target, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (LxcException e)
        {
            WriteError(e, target);
            return false;
        }
    }
}

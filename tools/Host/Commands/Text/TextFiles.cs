using System.Management.Automation;
using System.Text;

namespace Microsoft.PowerShell.Commands;

/// <summary>Files that commands write lines to or read lines from.</summary>
internal static class TextFiles
{
    /// <summary>One path on the file system; it need not exist yet.</summary>
    public static string ResolveForWriting(this PSCmdlet command, string path)
    {
        ProviderInfo provider;
        IEnumerable<string> found;
        try
        {
            found = command.GetResolvedProviderPathFromPSPath(path, out provider);
        }
        catch (ItemNotFoundException)
        {
            found = [command.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out provider, out _)];
        }

        if (provider.Name != "FileSystem")
        {
            throw new PSNotSupportedException($"Cannot open file because the current provider ({provider.Name}) cannot open a file.");
        }

        return found.Take(2).ToArray() is [var one]
            ? one
            : throw new PSArgumentException("Cannot perform operation because the wildcard path " + path
                + " did not resolve to a single file.");
    }

    public static StreamWriter OpenForWriting(this PSCmdlet command, string path, Encoding encoding, bool append, bool noClobber,
        bool force)
    {
        try
        {
            if (force && File.Exists(path))
            {
                File.SetAttributes(path, File.GetAttributes(path) & ~FileAttributes.ReadOnly);
            }

            var mode = append ? FileMode.Append : noClobber ? FileMode.CreateNew : FileMode.Create;
            return new StreamWriter(new FileStream(path, mode, FileAccess.Write, FileShare.Read), encoding);
        }
        catch (IOException exception) when (noClobber && File.Exists(path))
        {
            command.ThrowTerminatingError(new ErrorRecord(
                new IOException($"The file '{path}' already exists.", exception), "NoClobber", ErrorCategory.ResourceExists, path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            command.ThrowTerminatingError(new ErrorRecord(exception, "FileOpenFailure", ErrorCategory.OpenError, path));
        }

        throw new InvalidOperationException();
    }

    /// <summary>The files that a path leads to, which may be a pattern.</summary>
    public static IEnumerable<string> ResolveForReading(this PSCmdlet command, string path, bool isLiteral) =>
        isLiteral ? [command.GetUnresolvedProviderPathFromPSPath(path)] : command.GetResolvedProviderPathFromPSPath(path, out _);
}

using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine.Devices;

namespace LxcPS.Commands;

/// <summary>Completes devices of the host: nodes of the directory that is typed, /dev without one, and directories on the way to more.</summary>
public sealed class HostDeviceCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = wordToComplete.Trim('\'', '"');
        string directory = typed.LastIndexOf('/') is >= 0 and int slash ? typed[..(slash + 1)] : "/dev/";
        List<string> found = [];
        try
        {
            foreach (FileSystemInfo entry in new DirectoryInfo(directory).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
            {
                string path = directory + entry.Name;
                if (entry is DirectoryInfo ? entry.Name is not ("fd" or "pts" or "shm" or "mqueue") : HostDevice.TryFind(path) is not null)
                {
                    found.Add(path);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A completer has nowhere to report to.
            return [];
        }

        return Completion.Of(found, typed.Contains('/') ? typed : directory + typed);
    }
}

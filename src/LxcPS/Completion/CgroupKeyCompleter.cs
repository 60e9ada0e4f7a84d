using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine.Cgroups;

namespace LxcPS.Commands;

/// <summary>Completes files of control groups: those that this host's hierarchies have.</summary>
public sealed class CgroupKeyCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        SortedSet<string> files = [];
        try
        {
            foreach (CgroupHierarchy hierarchy in CgroupLayout.Read().Hierarchies)
            {
                foreach (string path in Directory.EnumerateFiles(hierarchy.PathOf(hierarchy.OwnPath)))
                {
                    string name = Path.GetFileName(path);
                    if (hierarchy.Controllers.Contains(name.Split('.')[0]) || hierarchy.Version == 2)
                    {
                        files.Add(name);
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Engine.LxcException or Native.LinuxException)
        {
            // A completer has nowhere to report to.
            return [];
        }

        return Completion.Of(files, wordToComplete);
    }
}

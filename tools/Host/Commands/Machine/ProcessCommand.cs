using System.ComponentModel;
using System.Diagnostics;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>What works on processes, found by name, by id or given as they are.</summary>
public abstract class ProcessCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Id", ValueFromPipelineByPropertyName = true)]
    [Alias("PID")]
    public int[] Id { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = "InputObject", ValueFromPipeline = true)]
    public virtual Process[] InputObject { get; set; } = [];

    private protected abstract string[] Names { get; }

    private protected IEnumerable<Process> Find()
    {
        switch (ParameterSetName)
        {
            case "Id" or "IdWithUserName": return Id.SelectMany(ById);
            case "InputObject" or "InputObjectWithUserName": return InputObject;
            default: return Names.Length == 0 ? All(_ => true) : Names.SelectMany(ByName);
        }
    }

    /// <summary>Runs what may find the process gone or another user's, which is an error of that process.</summary>
    private protected void TryProcess(Process process, string errorId, Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or NotSupportedException)
        {
            WriteError(new ErrorRecord(exception, errorId, ErrorCategory.CloseError, process));
        }
    }

    private IEnumerable<Process> ById(int id)
    {
        try
        {
            return [Process.GetProcessById(id)];
        }
        catch (ArgumentException exception)
        {
            WriteError(new ErrorRecord(new ArgumentException($"Cannot find a process with the process identifier {id}.", exception),
                "NoProcessFoundForGivenId", ErrorCategory.ObjectNotFound, id));
            return [];
        }
    }

    private IEnumerable<Process> ByName(string name)
    {
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        var found = All(process => pattern.IsMatch(process.ProcessName)).ToArray();
        if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
        {
            WriteError(new ErrorRecord(
                new ArgumentException($"Cannot find a process with the name \"{name}\". Verify the process name and call the cmdlet "
                    + "again."),
                "NoProcessFoundForGivenName", ErrorCategory.ObjectNotFound, name));
        }

        return found;
    }

    private static IEnumerable<Process> All(Func<Process, bool> isMeant) => Process.GetProcesses().Where(process =>
    {
        try
        {
            return isMeant(process);
        }
        catch (InvalidOperationException)
        {
            // Ended meanwhile.
            return false;
        }
    }).OrderBy(process => process.ProcessName, StringComparer.CurrentCultureIgnoreCase).ThenBy(process => process.Id);
}

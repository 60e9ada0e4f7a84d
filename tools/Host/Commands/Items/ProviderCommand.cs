using System.Collections.ObjectModel;
using System.Management.Automation;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

/// <summary>
/// What works through a provider: it hands the provider a context, which carries -Force, the filters, -WhatIf and the provider's own
/// parameters to it, and what the provider writes back.
/// </summary>
public abstract class ProviderCommand : PSCmdlet, IDynamicParameters
{
    private object? _dynamic;
    private object? _context;

    private protected virtual bool IsLiteral => false;
    private protected virtual SwitchParameter UseForce => false;
    private protected virtual string? UseFilter => null;
    private protected virtual string[]? UseInclude => null;
    private protected virtual string[]? UseExclude => null;

    public object? GetDynamicParameters()
    {
        try
        {
            _dynamic = GetDynamicParameters(NewContext());
        }
        catch (Exception exception) when (exception is IContainsErrorRecord)
        {
            // A path that leads nowhere has no parameters to add; the command itself will tell of it.
            _dynamic = null;
        }

        return _dynamic;
    }

    private protected virtual object? GetDynamicParameters(object context) => null;

    private protected object NewContext(bool passThru = true)
    {
        var context = Internals.Create("System.Management.Automation.CmdletProviderContext", this);
        Internals.Set(context, "Force", UseForce);
        Internals.Set(context, "SuppressWildcardExpansion", IsLiteral);
        Internals.Set(context, "PassThru", passThru);
        Internals.Set(context, "DynamicParameters", _dynamic);
        Internals.Call(context, "SetFilters", ToCollection(UseInclude), ToCollection(UseExclude), UseFilter);
        return _context = context;
    }

    /// <summary>The paths that exist of those that a path, which may be a pattern, stands for.</summary>
    private protected PathInfo[] ResolvePaths(string path) =>
        [.. (IEnumerable<PathInfo>)Internals.Call(SessionState.Path, "GetResolvedPSPathFromPSPath", path, NewContext())!];

    /// <summary>Runs what may find a path, drive or provider missing, which is an error of that one path.</summary>
    private protected void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is PSNotSupportedException or DriveNotFoundException or ProviderNotFoundException
            or ItemNotFoundException or PSArgumentException or ProviderInvocationException)
        {
            WriteError(new ErrorRecord(((IContainsErrorRecord)exception).ErrorRecord, exception));
        }
    }

    protected override void StopProcessing()
    {
        if (_context is { } context)
        {
            Internals.Call(context, "StopProcessing");
        }
    }

    private static Collection<string> ToCollection(string[]? values) => new([.. values ?? []]);
}

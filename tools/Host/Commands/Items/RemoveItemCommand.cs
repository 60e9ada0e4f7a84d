using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Remove, "Item", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class RemoveItemCommand : PathCommand
{
    private bool _yesToAll;
    private bool _noToAll;

    [Parameter]
    public SwitchParameter Recurse { get; set; }

    private protected override object? GetDynamicParameters(object context) =>
        Internals.Call(InvokeProvider.Item, "RemoveItemDynamicParameters", FirstPath, Recurse.ToBool(), context);

    private protected override void Process(string path)
    {
        var resolved = IsLiteral
            ? [path]
            : ResolvePaths(path).Select(info => info.Path).ToArray();
        foreach (var one in resolved)
        {
            Try(() => RemoveOne(one));
        }
    }

    private void RemoveOne(string path)
    {
        var context = NewContext();
        Internals.Set(context, "SuppressWildcardExpansion", true);
        if (IsLiteral && !(bool)Internals.Call(InvokeProvider.Item, "Exists", path, context)!)
        {
            var exception = new ItemNotFoundException($"Cannot find path '{path}' because it does not exist.");
            WriteError(new ErrorRecord(exception, "PathNotFound", ErrorCategory.ObjectNotFound, path));
            return;
        }

        if (IsHere(path))
        {
            WriteError(new ErrorRecord(new PSInvalidOperationException($"Cannot remove the item at '{path}' because it is in use."),
                "CannotRemoveItemInUse", ErrorCategory.InvalidOperation, path));
            return;
        }

        var recurse = Recurse.ToBool();
        if (!recurse && !MyInvocation.BoundParameters.ContainsKey("WhatIf") && HasChildren(path))
        {
            var question = $"The item at {path} has children and the Recurse parameter was not specified. If you continue, all "
                + "children will be "
                + "removed with the item. Are you sure you want to continue?";
            if (!ShouldContinue(question, "Confirm", ref _yesToAll, ref _noToAll))
            {
                return;
            }

            recurse = true;
        }

        context = NewContext();
        Internals.Set(context, "SuppressWildcardExpansion", true);
        Internals.Call(InvokeProvider.Item, "Remove", path, recurse, context);
    }

    private bool HasChildren(string path)
    {
        var context = NewContext();
        Internals.Set(context, "SuppressWildcardExpansion", true);
        // A link is removed, not what it leads to.
        return !(SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _) is var real
                && provider.Name == "FileSystem" && new DirectoryInfo(real).LinkTarget is not null)
            && (bool)Internals.Call(InvokeProvider.Item, "IsContainer", path, context)!
            && (bool)Internals.Call(InvokeProvider.ChildItem, "HasChild", path, context)!;
    }

    private bool IsHere(string path) =>
        (bool)Internals.Call(SessionState.Path, "IsCurrentLocationOrAncestor", path, NewContext())!;
}

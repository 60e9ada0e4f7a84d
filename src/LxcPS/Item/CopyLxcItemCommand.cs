using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Items;

namespace LxcPS.Commands;

/// <summary>Copies files and directories into containers, or out of one.</summary>
[Cmdlet(VerbsCommon.Copy, "LxcItem", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(LxcItem), typeof(FileInfo), typeof(DirectoryInfo))]
public sealed class CopyLxcItemCommand : LxcCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    private readonly List<string> paths = [];

    /// <summary>What is copied: on the host, or with -FromContainer in the container; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>What is copied; all letters mean themselves.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Where to: in the container, or with -FromContainer on the host. Into a directory that is there, else under that name.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = string.Empty;

    /// <summary>The containers that it is copied into: names, patterns or objects.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public object[]? ToContainer { get; set; }

    /// <summary>The container that it is copied out of: a name, a pattern that means one, or an object.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public object? FromContainer { get; set; }

    /// <summary>Whether what is in directories is copied too.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Whether read-only files are replaced, and wildcards mean hidden names too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Whether what has been copied is emitted.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private bool IsLiteral => ParameterSetName == LiteralPathSet;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (ToContainer is null == FromContainer is null)
        {
            ThrowTerminatingError(ErrorRecords.Of(new LxcException(LxcErrorId.ItemInvalid, "A copy goes into containers or out of one: either -ToContainer or -FromContainer says which")
            {
                Step = "copy",
                Advice = "Give one of the two. Copy-Item copies on the host, Copy-LxcContainer whole containers.",
            }, null));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in IsLiteral ? LiteralPath : Path)
        {
            if (FromContainer is not null)
            {
                paths.Add(ItemPaths.InContainer(path));
            }
            else
            {
                Try(path, () => paths.AddRange(HostPaths(path)));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // All at once: a call for each record would start the helper for each.
        List<ContainerTarget> targets = [.. (ToContainer ?? [FromContainer!]).SelectMany(TargetsOf)];
        if (FromContainer is not null && targets.Count > 1)
        {
            WriteError(new LxcException(LxcErrorId.ItemInvalid, $"'{FromContainer}' means {targets.Count} containers, whose files would replace one another")
            {
                Step = "copy",
                Advice = "Name one container.",
            }, FromContainer);
            return;
        }

        foreach (ContainerTarget target in targets)
        {
            Try(target.Name, () => Copy(target));
        }
    }

    private void Copy(ContainerTarget target)
    {
        bool isInto = ToContainer is not null;
        string destination = isInto ? ItemPaths.InContainer(Destination) : FilePathOf(Destination);
        List<string> chosen = paths.FindAll(path => isInto ? ShouldProcess(path, $"Copy to {target.Name}:{destination}") : ShouldProcess($"{target.Name}:{path}", $"Copy to {destination}"));
        if (chosen.Count == 0)
        {
            return;
        }

        ProgressRecord? shown = null;
        ItemCopier copier = new(Helper, target.Store, target.Name)
        {
            Recurse = Recurse,
            Force = Force,
            Problem = e => WriteError(e, e.Path ?? target.Name),
            Warning = WriteWarning,
            Copied = item => Emit(target, item, isInto),
            Progress = (bytes, names, name) =>
            {
                shown = new ProgressRecord(0, isInto ? $"Copying into {target.Name}" : $"Copying out of {target.Name}", $"{View.Size(bytes)}, {names} names") { CurrentOperation = name };
                WriteProgress(shown);
            },
        };
        try
        {
            if (isInto)
            {
                copier.CopyInto(chosen, destination, StopToken);
            }
            else
            {
                copier.CopyOutOf(chosen, !IsLiteral, destination, StopToken);
            }
        }
        finally
        {
            if (shown is not null)
            {
                WriteProgress(new ProgressRecord(shown.ActivityId, shown.Activity, shown.StatusDescription) { RecordType = ProgressRecordType.Completed });
            }
        }
    }

    private void Emit(ContainerTarget target, CopiedItem item, bool isInto)
    {
        WriteVerbose($"{item.Path}: {View.Size(item.Length)}, {item.Count} names");
        if (!PassThru)
        {
            return;
        }

        if (isInto)
        {
            WriteObject(new LxcItem(target.Name, target.LxcPath, item));
        }
        else
        {
            WriteItem(item.Path);
        }
    }

    private IEnumerable<string> HostPaths(string path)
    {
        if (IsLiteral || !WildcardPattern.ContainsWildcardCharacters(path))
        {
            return [FilePathOf(IsLiteral ? path : WildcardPattern.Unescape(path))];
        }

        try
        {
            List<string> found = [.. SessionState.Path.GetResolvedProviderPathFromPSPath(path, out ProviderInfo provider)];

            // Of another provider: the error of a path that is none of the file system.
            return provider.Name == "FileSystem" ? found : [FilePathOf(path)];
        }
        catch (ItemNotFoundException)
        {
            // A pattern that means nothing is no error.
            return [];
        }
        catch (Exception e) when (e is SessionStateException or ProviderInvocationException)
        {
            throw new LxcException(LxcErrorId.ItemInvalid, $"The pattern '{path}' cannot be used: {e.Message}", e) { Step = "copy", Path = path, Advice = "Give a path of the file system, or -LiteralPath." };
        }
    }

    private IEnumerable<ContainerTarget> TargetsOf(object container)
    {
        object value = container is PSObject wrapped ? wrapped.BaseObject : container;
        if (value is LxcContainer one)
        {
            return Existing(one.Name, one.LxcPath);
        }

        // What has come from another session has the properties alone.
        if (value is not string text && PSObject.AsPSObject(container).Properties["Name"]?.Value?.ToString() is { } name)
        {
            return Existing(name, PSObject.AsPSObject(container).Properties["LxcPath"]?.Value?.ToString());
        }

        return FindStore() is { } store ? ContainerNames.Matching(store, value.ToString() ?? string.Empty, this).Select(found => new ContainerTarget(store, found)) : [];
    }

    private IEnumerable<ContainerTarget> Existing(string name, string? lxcPath)
    {
        if ((lxcPath is null ? FindStore() : StoreAt(lxcPath)) is { } store && Try(name, () => ContainerCmdlet.Require(store, name)))
        {
            yield return new ContainerTarget(store, name);
        }
    }
}

using System.Text;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Store;

namespace LxcPS.Engine.Items;

/// <summary>Copies files and directories into a container and out of it, whether it runs or not; see <see cref="ItemHelper"/>.</summary>
public sealed class ItemCopier
{
    /// <summary>How long the helper may take to clear up when it is ended, in milliseconds.</summary>
    private const int Grace = 5_000;

    // The kernel takes 128 kB in one argument and some MB of all; a call for so much of paths is not noticed beside the copy.
    private const int MaximumPathBytes = 512 * 1024;

    private readonly HelperProgram helper;
    private readonly ContainerStore store;
    private readonly string name;

    /// <summary>Refers to a container.</summary>
    public ItemCopier(HelperProgram helper, ContainerStore store, string name)
    {
        this.helper = helper;
        this.store = store;
        this.name = name;
    }

    /// <summary>Whether what is in directories is copied too.</summary>
    public bool Recurse { get; init; }

    /// <summary>Whether read-only files are replaced, and wildcards mean hidden names too.</summary>
    public bool Force { get; init; }

    /// <summary>Told of each that was named when it has been copied.</summary>
    public Action<CopiedItem>? Copied { get; init; }

    /// <summary>Told of each name that could not be copied; the others are.</summary>
    public required Action<LxcException> Problem { get; init; }

    /// <summary>Told of what is otherwise than it may be expected.</summary>
    public required Action<string> Warning { get; init; }

    /// <summary>Told now and then how far the copy is: bytes, names and the last name.</summary>
    public Action<long, long, string>? Progress { get; init; }

    /// <summary>Copies from the host into the container.</summary>
    /// <param name="paths">Absolute paths of the host; all letters mean themselves.</param>
    /// <param name="destination">A path in the container, from its root on.</param>
    /// <param name="cancel">Ends the copy; no file is left that is not whole.</param>
    /// <exception cref="LxcException">
    /// ItemNotFound, ItemExists: the destination cannot be one. ContainerBusy, StorageFull, StorageFailed, PermissionDenied, CopyFailed, Canceled.
    /// </exception>
    public void CopyInto(IReadOnlyList<string> paths, string destination, CancellationToken cancel) => Copy(true, false, paths, FromRoot(destination), cancel);

    /// <summary>Copies from the container to the host.</summary>
    /// <param name="paths">Paths in the container, from its root on.</param>
    /// <param name="hasWildcards">Whether they may have wildcards.</param>
    /// <param name="destination">An absolute path of the host.</param>
    /// <param name="cancel">Ends the copy; no file is left that is not whole.</param>
    /// <exception cref="LxcException">The same.</exception>
    public void CopyOutOf(IReadOnlyList<string> paths, bool hasWildcards, string destination, CancellationToken cancel) =>
        Copy(false, hasWildcards, [.. paths.Select(FromRoot)], destination, cancel);

    private void Copy(bool isInto, bool hasWildcards, IReadOnlyList<string> paths, string destination, CancellationToken cancel)
    {
        for (int first = 0; first < paths.Count;)
        {
            List<string> some = [];
            for (int size = 0; first < paths.Count && (size += Encoding.UTF8.GetByteCount(paths[first]) + 1) <= MaximumPathBytes; first++)
            {
                some.Add(paths[first]);
            }

            if (some.Count == 0)
            {
                // Longer than the kernel takes any path: it says so itself.
                some.Add(paths[first++][..8192]);
            }

            Run(new ItemRequest
            {
                LxcPath = store.LxcPath,
                Name = name,
                IsInto = isInto,
                HasWildcards = hasWildcards,
                Recurse = Recurse,
                Force = Force,
                Paths = some,
                Destination = destination,
            }, cancel);
        }
    }

    private void Run(ItemRequest request, CancellationToken cancel)
    {
        bool isDone = false;
        HelperCall.Run(helper, request.ToArguments, fields =>
        {
            switch (fields[0])
            {
                case ItemReport.ProblemKind: Problem(ReportLine.ToException(ReportLine.Split(fields[1]))); break;
                case ItemReport.WarningKind: Warning(fields[1]); break;
                case ItemReport.ProgressKind: Progress?.Invoke(long.Parse(fields[1]), long.Parse(fields[2]), fields[3]); break;
                case ItemReport.CopiedKind: Copied?.Invoke(new CopiedItem(fields[1], fields[2] == "directory", long.Parse(fields[3]), long.Parse(fields[4]))); break;
                case ItemReport.DoneKind: isDone = true; break;
            }
        }, cancel, Grace);
        if (!isDone)
        {
            throw new LxcException(LxcErrorId.CopyFailed, $"The helper that copies files of container '{name}' ended without a word")
            {
                ContainerName = name,
                Step = "copy",
                Advice = "It may have been killed: see the kernel log for an out-of-memory kill.",
            };
        }
    }

    private static string FromRoot(string path) => path.StartsWith('/') ? path : "/" + path;
}

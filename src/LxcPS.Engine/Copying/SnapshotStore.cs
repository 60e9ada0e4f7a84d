using System.Globalization;
using System.Text;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Copying;

/// <summary>
/// The snapshots of a container, in LXC's layout: <c>snaps</c> of its directory is a directory of containers, with the time (<c>ts</c>) and the
/// comment (<c>comment</c>) of each beside its configuration.
/// </summary>
/// <param name="store">The directory of containers.</param>
/// <param name="name">The container.</param>
/// <param name="helper">The helper executable.</param>
public sealed class SnapshotStore(ContainerStore store, string name, HelperProgram helper)
{
    internal const string DirectoryName = "snaps";
    internal const string TimeFile = "ts";
    internal const string CommentFile = "comment";

    /// <summary>Where a restore puts the files together, in the container's directory.</summary>
    internal const string Staging = ".restore";

    private const string TimeFormat = "yyyy:MM:dd HH:mm:ss";

    private ContainerStore Snapshots => new(PathOf(store, name)) { Helper = helper };

    /// <summary>The directory of a container's snapshots.</summary>
    internal static string PathOf(ContainerStore store, string name) => $"{store.DirectoryOf(name)}/{DirectoryName}";

    /// <summary>The snapshots by their names, numbers in their order.</summary>
    /// <exception cref="LxcException">ContainerNotFound, PermissionDenied or StorageFailed.</exception>
    public IReadOnlyList<SnapshotInfo> List()
    {
        store.LoadConfig(name, out _);
        ContainerStore snapshots = Snapshots;
        return [.. snapshots.Names().OrderBy(snapshot => snapshot.Length).ThenBy(snapshot => snapshot, StringComparer.Ordinal).Select(Read)];
    }

    /// <summary>Takes a snapshot: a copy that keeps host name, addresses and machine id.</summary>
    /// <param name="comment">What is noted with it, or null.</param>
    /// <param name="cancel">Ends it; nothing is left.</param>
    /// <exception cref="LxcException">As <see cref="ContainerCopier.CopyTo"/>.</exception>
    public SnapshotInfo Take(string? comment, CancellationToken cancel)
    {
        using ContainerCopier copier = new(store, name);
        ContainerStore snapshots = Snapshots;
        int number = 0;

        // What a killed session left of one is in the way of nobody: its number is taken again, and its files go.
        while (Path.Exists(snapshots.DirectoryOf($"snap{number}")) && !Path.Exists($"{snapshots.DirectoryOf($"snap{number}")}/{ContainerCreation.PartialName}"))
        {
            number++;
        }

        string snapshot = $"snap{number}";
        copier.Make(snapshots, snapshot, new CopyOptions { Helper = helper, KeepIdentity = true }, directory =>
        {
            AtomicFile.Write($"{directory}/{TimeFile}", Encoding.UTF8.GetBytes(DateTime.Now.ToString(TimeFormat, CultureInfo.InvariantCulture)), 0x1A4);
            if (!string.IsNullOrEmpty(comment))
            {
                AtomicFile.Write($"{directory}/{CommentFile}", Encoding.UTF8.GetBytes(comment.TrimEnd('\n') + "\n"), 0x1A4);
            }
        }, cancel);
        return Read(snapshot);
    }

    /// <summary>
    /// Brings the container back to what it was. Until all files of the snapshot are there the container's own stay as they are; from then on the
    /// restore is finished, by whoever opens the container next if need be.
    /// </summary>
    /// <exception cref="LxcException">SnapshotNotFound, ContainerRunning, ContainerBusy, ContainerNeeded, CopyFailed, StorageFull or Canceled.</exception>
    public void Restore(string snapshot, CancellationToken cancel)
    {
        Require(snapshot);
        int reservation = ControlSocket.Reserve(store.LxcPath, name, "Stop it first with Stop-LxcContainer.");
        try
        {
            Dependents.RequireNone(store, name, "restored");
            store.Repair(name);
            string directory = store.DirectoryOf(name);
            Discard(directory, cancel);
            try
            {
                using ContainerCopier copier = new(Snapshots, snapshot);
                copier.Make(new ContainerStore($"{directory}/{Staging}") { Helper = helper }, RestoreSteps.New, new CopyOptions { Helper = helper, KeepIdentity = true, StandsFor = directory }, null, cancel);
            }
            catch (LxcException)
            {
                Discard(directory, CancellationToken.None);
                throw;
            }

            using ContainerLock held = store.Lock(name, ConfigChanger.LockTimeout, cancel);
            RestoreSteps.Begin(directory);
            RestoreSteps.Finish(directory, helper, held);
        }
        finally
        {
            Descriptors.Close(reservation);
        }
    }

    /// <summary>Makes a container of a snapshot.</summary>
    /// <exception cref="LxcException">SnapshotNotFound, or as <see cref="ContainerCopier.CopyTo"/>.</exception>
    public void RestoreTo(string snapshot, string newName, CancellationToken cancel)
    {
        Require(snapshot);
        using ContainerCopier copier = new(Snapshots, snapshot);
        copier.CopyTo(store, newName, new CopyOptions { Helper = helper }, cancel);
    }

    /// <summary>Removes a snapshot.</summary>
    /// <exception cref="LxcException">SnapshotNotFound, ContainerNeeded, PermissionDenied or StorageFailed.</exception>
    public void Remove(string snapshot)
    {
        Require(snapshot);
        ContainerRemover.Discard(Snapshots, snapshot);
    }

    private void Discard(string directory, CancellationToken cancel)
    {
        string staging = $"{directory}/{Staging}";
        if (!Directory.Exists(staging))
        {
            return;
        }

        using ContainerLock held = store.Lock(name, ConfigChanger.LockTimeout, cancel);
        try
        {
            RestoreSteps.RemoveStaging(directory, helper, held, cancel);
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"'{DisplayText.Of(staging)}' cannot be removed");
        }
    }

    private void Require(string snapshot)
    {
        if (!store.Exists(name))
        {
            throw store.NotFound(name);
        }

        if (!Snapshots.Exists(snapshot))
        {
            throw new LxcException(LxcErrorId.SnapshotNotFound, $"Container '{name}' has no snapshot '{DisplayText.Of(snapshot)}'")
            {
                ContainerName = name,
                Advice = "See Get-LxcSnapshot for those that there are.",
            };
        }
    }

    private SnapshotInfo Read(string snapshot)
    {
        string directory = Snapshots.DirectoryOf(snapshot);
        DateTime? time = DateTime.TryParseExact(ReadOr(directory, TimeFile).Trim(), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTime parsed)
            ? parsed : null;
        return new SnapshotInfo(snapshot, time, ReadOr(directory, CommentFile).TrimEnd('\n'), directory);
    }

    private static string ReadOr(string directory, string file)
    {
        try
        {
            return Descriptors.ReadText($"{directory}/{file}");
        }
        catch (LinuxException e) when (e.Number == Errno.ENOENT)
        {
            return string.Empty;
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"'{DisplayText.Of($"{directory}/{file}")}' cannot be read");
        }
    }
}

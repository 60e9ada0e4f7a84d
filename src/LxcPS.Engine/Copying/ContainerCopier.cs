using LxcPS.Engine.Configuration;
using LxcPS.Engine.Hooks;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Storage;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Copying;

/// <summary>
/// Copies containers that do not run. While it exists the source cannot be started, changed in name or removed. A copy appears with all of it,
/// or not at all.
/// </summary>
public sealed class ContainerCopier : IDisposable
{
    // What belongs to one container alone: LXC's files of snapshots and dependencies, and what is written anew.
    internal static readonly string[] NotCopied = [ContainerStore.ConfigName, ContainerCreation.PartialName, SnapshotStore.DirectoryName, SnapshotStore.Staging, SnapshotStore.TimeFile, SnapshotStore.CommentFile,
        Dependents.Needed, Dependents.Needs];

    private readonly ContainerStore source;
    private readonly string name;
    private int reservation;

    /// <summary>Takes the source.</summary>
    /// <exception cref="LxcException">ContainerNotFound, ContainerRunning or ContainerBusy.</exception>
    public ContainerCopier(ContainerStore source, string name)
    {
        this.source = source;
        this.name = name;
        reservation = StoppedContainer.Reserve(source, name);
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptors.CloseOnce(ref reservation);

    /// <summary>Makes a copy, and runs its hooks: <c>lxc.hook.clone</c> and PostCopy.</summary>
    /// <exception cref="LxcException">
    /// InvalidName, ContainerExists, ConfigUnsupported (a backing store that cannot be copied so), CopyFailed, StorageFull, HookFailed or Canceled.
    /// </exception>
    public void CopyTo(ContainerStore target, string newName, CopyOptions options, CancellationToken cancel)
    {
        Make(target, newName, options, null, cancel);
        StoreHooks.AfterCopy(target, newName, name, cancel);
    }

    /// <summary>Makes a copy without its hooks.</summary>
    /// <param name="target">Where.</param>
    /// <param name="newName">What it is called.</param>
    /// <param name="options">How.</param>
    /// <param name="complete">Writes more into its directory before it is there for others; or null.</param>
    /// <param name="cancel">Ends it; nothing is left.</param>
    internal void Make(ContainerStore target, string newName, CopyOptions options, Action<string>? complete, CancellationToken cancel)
    {
        ContainerConfig from = source.LoadConfig(name);
        string directory = source.DirectoryOf(name);
        RootfsSource? root = from.Get("lxc.rootfs.path") is { Length: > 0 } path ? RootfsSource.Parse(path) : null;
        using ContainerCreation creation = target.BeginCreate(newName);
        IReadOnlyList<IdMapEntry> maps = Processes.EffectiveUserId == 0 ? [] : UserMaps.WithOwn(IdMaps.Of(from).Entries);
        RootfsCopy? copy = root is null ? null : new(root, directory, name, creation, maps, options);
        string oldHost = HostNameOf(from, name);
        string newHost = options.Settings.LastOrDefault(setting => setting.Key == "lxc.uts.name").Value is { Length: > 0 } wanted ? wanted : ContainerName.ToHostName(newName);
        string? rootfs = copy?.Make(oldHost, options.KeepIdentity ? null : newHost, cancel);
        string? left = copy?.Part;
        TreeCopy.Into(creation, [.. Directory.GetFileSystemEntries(directory).Where(entry => IsToCopy(Path.GetFileName(entry)))], name,
            maps.Count == 0 ? [] : MappedProgram.CommandLine(options.Helper, maps), options.Transfer, cancel);
        ContainerConfig config = ContainerConfig.FromBytes(from.ToBytes(), creation.ConfigPath);
        Rewrite(config, directory, creation.Directory, rootfs, newName, options);
        config.Save();
        complete?.Invoke(creation.Directory);

        bool IsToCopy(string file) => !NotCopied.Contains(file) && file != left && !Path.Exists($"{creation.Directory}/{file}");
        List<(string LxcPath, string Name)> bases = copy?.IsLaid == true ? [(source.LxcPath, name)] : copy?.IsMerged == true ? [] : Dependents.NeedsOf(directory);
        if (bases.Count > 0)
        {
            Dependents.WriteNeeds(creation.Directory, bases);
        }

        if (options.StandsFor is null)
        {
            Commit(creation, target.LxcPath, newName, bases);
        }
        else
        {
            creation.Commit();
        }
    }

    private static void Commit(ContainerCreation creation, string lxcPath, string newName, List<(string LxcPath, string Name)> bases)
    {
        try
        {
            // First: what is needed and not noted could be removed.
            bases.ForEach(needed => Dependents.Add(needed.LxcPath, needed.Name, lxcPath, newName));
            creation.Commit();
        }
        catch (LxcException)
        {
            bases.ForEach(needed => Dependents.Remove(needed.LxcPath, needed.Name, lxcPath, newName));
            throw;
        }
    }

    private void Rewrite(ContainerConfig config, string directory, string newDirectory, string? rootfs, string newName, CopyOptions options)
    {
        PathChange change = new(directory, newDirectory);
        config.Rewrite((key, value) => key switch
        {
            // Layers below stay where they are; includes are files of the host's.
            "lxc.rootfs.path" => rootfs,
            "lxc.mount.entry" => change.ApplyToMounts(value),
            _ when key.StartsWith("lxc.net.", StringComparison.Ordinal) && key.EndsWith(".hwaddr", StringComparison.Ordinal) => options.KeepIdentity ? null : NewAddress(value),
            _ => change.Apply(value),
        });
        if (!options.KeepIdentity)
        {
            config.Set("lxc.uts.name", ContainerName.ToHostName(newName));
        }

        if (options.Ephemeral)
        {
            config.Set("lxc.ephemeral", "1");
        }

        if (options.InMemory)
        {
            config.Set(ConfigKeys.InMemory, "1");
        }

        config.Apply(options.Settings);
        if (options.StandsFor is not null)
        {
            PathChange final = new(newDirectory, options.StandsFor);
            config.Rewrite((key, value) => key == "lxc.mount.entry" ? final.ApplyToMounts(value) : final.Apply(value));
        }
    }

    // The maker's half stays, so that rules of a network for it still hold. Where digits are random anyway there is nothing to do.
    internal static string? NewAddress(string value) => value.Length != 17 || value.Contains('x', StringComparison.OrdinalIgnoreCase) ? null
        : value[..8] + string.Concat(Guid.NewGuid().ToByteArray().Take(3).Select(part => $":{part:x2}"));

    internal static string HostNameOf(ContainerConfig config, string container) => config.Get("lxc.uts.name") is { Length: > 0 } host ? host : container;
}

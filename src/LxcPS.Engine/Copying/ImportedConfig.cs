using LxcPS.Engine.Configuration;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Seccomp;
using LxcPS.Engine.Storage;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Copying;

/// <summary>The configuration of an archive, made one of this host.</summary>
internal sealed class ImportedConfig
{
    private readonly ContainerCreation creation;
    private readonly ImportOptions options;
    private readonly ContainerConfig config;

    /// <summary>Reads what has been unpacked. Nothing that it includes is read before <see cref="Refused"/> has judged it.</summary>
    /// <param name="creation">The container in the making.</param>
    /// <param name="directory">The directory that the container was in, or null where that is not noted.</param>
    /// <param name="options">How it is imported.</param>
    internal ImportedConfig(ContainerCreation creation, string? directory, ImportOptions options)
    {
        this.creation = creation;
        this.options = options;

        config = ContainerConfig.FromBytes(creation.TakeConfig(), creation.ConfigPath);
        string? old = directory ?? DirectoryOf(OwnLines().LastOrDefault(line => line.Key == "lxc.rootfs.path").Value);
        if (old is not null && old.StartsWith('/'))
        {
            PathChange change = new(old, creation.Directory);
            config.Rewrite((key, value) => key == "lxc.mount.entry" ? change.ApplyToMounts(value) : change.Apply(value));
        }

        // A root that is a directory needs no scheme.
        config.Rewrite((key, value) => key == "lxc.rootfs.path" && value == creation.RootfsPath ? "dir:" + value : null);

        // The module's default policy: each user has a copy of it, and so has root.
        config.Rewrite((key, value) => key == "lxc.seccomp.profile" && value.Contains("/lxcps/seccomp/default-", StringComparison.Ordinal)
            && (!value.StartsWith(SharedPolicy.Directory + "/", StringComparison.Ordinal) || !FileTree.Exists(value)) ? SharedPolicy.Of(options.SeccompPolicyPath) : null);
    }

    /// <summary>The settings that the maker of the archive would reach the host by; none where the archive is trusted.</summary>
    internal List<string> Refused()
    {
        if (options.Trust)
        {
            return [];
        }

        List<(string Key, string Value)> lines = OwnLines();
        List<string> refused = [.. lines.Where(line => !ImportRules.Keeps(line.Key, line.Value, creation.Directory)).Select(line => $"{line.Key} = {DisplayText.Of(line.Value)}")];
        if (!lines.Exists(line => line.Key == "lxc.idmap"))
        {
            refused.Add("no lxc.idmap: its root would be the host's");
        }

        return refused;
    }

    /// <summary>Writes it, with ids that no other container has; a user's have all the same.</summary>
    internal void Save(IReadOnlyList<IdMapEntry> used, HelperProgram helper, CancellationToken cancel)
    {
        string oldHost = ContainerCopier.HostNameOf(config, creation.Name);
        GiveIds(used);
        if (!options.KeepIdentity)
        {
            config.Rewrite((key, value) => key.StartsWith("lxc.net.", StringComparison.Ordinal) && key.EndsWith(".hwaddr", StringComparison.Ordinal) ? ContainerCopier.NewAddress(value) : null);
            config.Set("lxc.uts.name", ContainerName.ToHostName(creation.Name));
        }

        config.Save();
        if (!options.KeepIdentity && Directory.Exists(creation.RootfsPath))
        {
            string host = ContainerCopier.HostNameOf(config, creation.Name);
            if (Processes.EffectiveUserId == 0)
            {
                new CopiedIdentity(null, creation.RootfsPath).Renew(oldHost, host);
            }
            else
            {
                RootfsCopy.Renew(helper, creation, oldHost, host, cancel);
            }
        }
    }

    // Where the mount maps the ids, the files have ordinary owners and any range does. Otherwise the files have the range's own.
    private void GiveIds(IReadOnlyList<IdMapEntry> used)
    {
        IReadOnlyList<IdMapEntry> maps = IdMaps.Of(config).Entries;
        bool isMapped = config.Get(ContainerExporter.OptionsKey) is { } words && words.Split(',', ' ').Contains(ContainerExporter.MappedOption);
        if (Processes.EffectiveUserId != 0)
        {
            GiveIdsOfUser(maps, isMapped);
            return;
        }

        if (maps.Count == 0 || (options.Trust && !isMapped))
        {
            return;
        }

        bool isOurs = maps.All(IsGranted);
        if (!isMapped)
        {
            if (!isOurs)
            {
                throw new LxcException(LxcErrorId.ArchiveRefused, $"The files of container '{creation.Name}' belong to ids ({maps[0]}) that this host does not give to containers")
                {
                    ContainerName = creation.Name,
                    ConfigKey = "lxc.idmap",
                    Step = "archive",
                    Advice = "Give root that range in /etc/subuid and /etc/subgid, or take it with -Trust.",
                };
            }

            return;
        }

        if (isOurs && !maps.Any(map => used.Any(other => IdMaps.Overlap(map.HostId, map.Count, other.HostId, other.Count))))
        {
            return;
        }

        IReadOnlyList<IdMapEntry> given = SubordinateIds.ForNewContainer(used, isolated: false);
        config.Remove("lxc.idmap");
        config.Append("lxc.idmap", [.. given.Select(map => map.ToString())]);
        options.Verbose($"{creation.Name}: the ids {maps[0]} are used here, or not for containers; it gets {given[0]}");
    }

    // The files have been unpacked with the ids of all of the user's containers. What only root can give a container goes.
    private void GiveIdsOfUser(IReadOnlyList<IdMapEntry> maps, bool isMapped)
    {
        if (maps.Count > 0 && !isMapped)
        {
            throw new LxcException(LxcErrorId.ArchiveRefused, $"The files of container '{creation.Name}' belong in the archive to ids of the host that it was on ({maps[0]}), not to those that the container sees")
            {
                ContainerName = creation.Name,
                ConfigKey = "lxc.idmap",
                Step = "archive",
                Advice = $"Export it with Export-LxcContainer as the user that it belongs to, or with {ContainerExporter.OptionsKey} = {ContainerExporter.MappedOption}; or import it as root.",
            };
        }

        string[] words = [.. (config.Get(ContainerExporter.OptionsKey) ?? string.Empty).Split(',', ' ').Where(word => word.Length > 0 && word != ContainerExporter.MappedOption)];
        config.Remove(ContainerExporter.OptionsKey);
        if (words.Length > 0)
        {
            config.Set(ContainerExporter.OptionsKey, string.Join(',', words));
        }

        config.Remove("lxc.idmap");
        config.Append("lxc.idmap", [.. SubordinateIds.ForUser().Select(map => map.ToString())]);
        foreach (string key in OwnLines().Select(line => line.Key).Where(key => key.StartsWith("lxc.cgroup", StringComparison.Ordinal) && key.Contains(".devices.", StringComparison.Ordinal)).Distinct())
        {
            config.Remove(key);
            options.Verbose($"{creation.Name}: {key} is left out, which only root may set");
        }
    }

    private static bool IsGranted(IdMapEntry map)
    {
        SubordinateIds ids = SubordinateIds.Read();
        return map.HostId > 0 && ((map.HostId >= SubordinateIds.OwnFirst && (ulong)map.HostId + map.Count - 1 <= SubordinateIds.OwnLast)
            || ((!map.IsUser || ids.IsGranted("root", uint.MaxValue, map, group: false)) && (!map.IsGroup || ids.IsGranted("root", uint.MaxValue, map, group: true))));
    }

    private List<(string Key, string Value)> OwnLines()
    {
        List<(string, string)> lines = [];
        config.Rewrite((key, value) =>
        {
            lines.Add((key, value));
            return null;
        });
        return lines;
    }

    // LXC keeps the root file system in the container's directory, as rootfs.
    private static string? DirectoryOf(string? root)
    {
        string? path = root?.StartsWith("dir:", StringComparison.Ordinal) == true ? root[4..] : root;
        return path?.EndsWith("/rootfs", StringComparison.Ordinal) == true ? path[..^"/rootfs".Length] : null;
    }
}

using LxcPS.Engine.Configuration;
using LxcPS.Native;

namespace LxcPS.Engine.Items;

/// <summary>
/// The extended attributes of a copy, see <see cref="ItemAttribute.IsCarried"/>. What the ids in them mean is changed by the process on the host,
/// which the container cannot reach. Users and groups of access lists keep their numbers, as owners do. Capabilities stay those of their user
/// namespace: root's of the container are on the host those of the id that is its root there, and give nobody anything outside of it. What cannot
/// be kept is a warning.
/// </summary>
internal sealed class ItemAttributes
{
    /// <summary>The most bytes of the attributes of one file, with their names.</summary>
    internal const int MaximumSize = 1 << 20;

    // So many of what is lost are named.
    private const int Told = 20;

    // A file system that has so much room has none in the file for the attribute: ext4 gives all of a file's one block.
    private const ulong Room = 1 << 20;

    private const uint NoId = uint.MaxValue;

    private readonly ItemReport report;
    private readonly ItemRequest request;
    private readonly IdMaps? maps;
    private int lost;

    /// <summary>The rules for either side.</summary>
    /// <param name="report">Gets the warnings.</param>
    /// <param name="request">The copy.</param>
    /// <param name="maps">The container's id maps, for the process on the host; null for the one in the container, which leaves the ids as they are.</param>
    internal ItemAttributes(ItemReport report, ItemRequest request, IdMaps? maps)
    {
        this.report = report;
        this.request = request;
        this.maps = maps;
    }

    /// <summary>Reads those of an open file that are sent.</summary>
    /// <exception cref="LinuxException">They cannot be read, as nothing could of that file.</exception>
    internal IReadOnlyList<ItemAttribute> Read(int fd, string path)
    {
        List<ItemAttribute> found = [];
        int size = 0;
        foreach (byte[] name in Try(fd, path, "its extended attributes", () => ExtendedAttributes.List(fd, path)) ?? [])
        {
            ItemAttribute named = new(name, []);
            if (!named.IsCarried || Try(fd, path, Shown(named), () => ExtendedAttributes.TryRead(fd, name, path)) is not { } value)
            {
                continue;
            }

            size += 1 + name.Length + value.Length;
            if (size > MaximumSize)
            {
                Lose(path, Shown(named), $"is left out: those of one file are more than {MaximumSize >> 20} MB");
            }
            else if (ForContainer(new(name, value), path) is { } attribute)
            {
                found.Add(attribute);
            }
        }

        return found;
    }

    /// <summary>Gives an open file those that it came with; it has its owner already, whose change takes capabilities away.</summary>
    /// <exception cref="LinuxException">The disk is full, or nothing can be written to that file.</exception>
    /// <exception cref="LxcException">CopyFailed: no sender of ours sends such.</exception>
    internal void Apply(int fd, ItemEntry entry, string path)
    {
        foreach (ItemAttribute sent in entry.Attributes)
        {
            if (ForHost(sent, path) is { } attribute)
            {
                Try(fd, path, Shown(attribute), () =>
                {
                    ExtendedAttributes.Set(fd, attribute.Name, attribute.Value, path);
                    return attribute.Name;
                });
            }
        }
    }

    /// <summary>Tells at the end how many more there were than have been named.</summary>
    internal void TellRest()
    {
        if (lost > Told)
        {
            report.Warn($"{lost - Told} more extended attributes were left out or changed");
        }
    }

    private ItemAttribute? ForContainer(ItemAttribute attribute, string path)
    {
        if (maps is null)
        {
            return attribute;
        }

        if (attribute.IsCapability)
        {
            if (AttributeIds.RootOf(attribute.Value) is not { } root)
            {
                return LoseUnknown(attribute, path);
            }

            uint? there = root == 0 ? 0 : maps.ContainerUser(root);
            if (there is null)
            {
                Lose(path, Shown(attribute), $"is for user namespaces of user {root}, who is none of container '{request.Name}': it is for the container's root there");
            }

            return attribute with { Value = AttributeIds.WithRoot(attribute.Value, there ?? 0) };
        }

        return attribute.IsAccessList ? Keep(attribute, path, (isGroup, id) => id != NoId && (isGroup ? maps.HostGroup(id) : maps.HostUser(id)) is not null,
            $"are none of container '{request.Name}'") : attribute;
    }

    // Nothing that comes is believed, see ItemReader.
    private ItemAttribute? ForHost(ItemAttribute attribute, string path)
    {
        if (maps is null)
        {
            return attribute;
        }

        if (attribute.IsTrusted && !maps.IsEmpty)
        {
            throw ItemReader.Unsound($"an extended attribute that its root cannot have, '{DisplayText.Of(attribute.ShownName)}'");
        }

        if (attribute.IsCapability)
        {
            if (AttributeIds.RootOf(attribute.Value) is not { } root)
            {
                return LoseUnknown(attribute, path);
            }

            uint here = maps.HostUser(root) ?? throw ItemReader.Unsound($"capabilities of user {root}, whom the container does not have");
            if (here == 0)
            {
                Lose(path, Shown(attribute), "is left out: the container's root is the host's, and whoever runs the program would have its capabilities on the host");
                return null;
            }

            return attribute with { Value = AttributeIds.WithRoot(attribute.Value, here) };
        }

        // Linux before 6.2 shows none at all where the mount maps the owners.
        return attribute.IsAccessList ? Keep(attribute, path, (_, id) => id != NoId, $"the kernel does not show in container '{request.Name}'") : attribute;
    }

    private ItemAttribute Keep(ItemAttribute list, string path, Func<bool, uint, bool> keeps, string reason)
    {
        byte[] kept = AttributeIds.Keep(list.Value, keeps);
        if (kept.Length < list.Value.Length)
        {
            Lose(path, Shown(list), $"names users or groups that {reason}: they are left out of it");
        }

        return list with { Value = kept };
    }

    private ItemAttribute? LoseUnknown(ItemAttribute attribute, string path)
    {
        Lose(path, Shown(attribute), "is left out: its form is not known");
        return null;
    }

    private T? Try<T>(int fd, string path, string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (LinuxException e) when (e.Number is Errno.EOPNOTSUPP or Errno.EPERM or Errno.EACCES or Errno.EINVAL or Errno.E2BIG or Errno.ERANGE or Errno.EOVERFLOW
            || (e.Number == Errno.ENOSPC && MountCalls.FreeBytes(fd, path) > Room))
        {
            Lose(path, what, $"cannot be kept: {Errno.Describe(e.Number)}");
            return default;
        }
    }

    private void Lose(string path, string what, string reason)
    {
        if (++lost <= Told)
        {
            report.Warn($"'{DisplayText.Of(path)}'{(maps is null ? $" in container '{request.Name}'" : string.Empty)}: {what} {reason}");
        }
    }

    private static string Shown(ItemAttribute attribute) => $"its attribute {DisplayText.Of(attribute.ShownName)}";
}

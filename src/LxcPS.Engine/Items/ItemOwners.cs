using LxcPS.Native;

namespace LxcPS.Engine.Items;

/// <summary>
/// Whose the files of a copy become: of the same number as they have on the other side, seen from there; root's is root's. In a container an id
/// that it does not have becomes root, with a warning. What comes out of a container brings no set-id bits: its root's program would become one
/// that the host's root lets everybody run.
/// </summary>
internal sealed class ItemOwners
{
    private const uint WithoutSetId = 0x3FF;

    private readonly ItemReport report;
    private readonly ItemRequest request;
    private readonly bool isRoot;
    private readonly HashSet<(bool IsGroup, uint Id)> told = [];

    /// <summary>The rules for the side that writes.</summary>
    /// <param name="report">Gets the warnings.</param>
    /// <param name="request">The copy.</param>
    /// <param name="isRoot">Whether the writer may give files away; else they are all its own.</param>
    internal ItemOwners(ItemReport report, ItemRequest request, bool isRoot)
    {
        this.report = report;
        this.request = request;
        this.isRoot = isRoot;
    }

    /// <summary>Gives a name, or an open file by an empty one, its owner and group.</summary>
    internal void Apply(int directory, byte[] name, ItemEntry entry)
    {
        if (!isRoot || RawNames.TrySetOwner(directory, name, entry.UserId, entry.GroupId))
        {
            return;
        }

        if (!RawNames.TrySetOwner(directory, name, entry.UserId, -1))
        {
            Tell(false, entry.UserId);
        }

        if (!RawNames.TrySetOwner(directory, name, -1, entry.GroupId))
        {
            Tell(true, entry.GroupId);
        }
    }

    /// <summary>The permission bits that a file or directory gets.</summary>
    internal uint ModeOf(ItemEntry entry) => request.IsInto ? entry.Mode : entry.Mode & WithoutSetId;

    private void Tell(bool isGroup, uint id)
    {
        if (told.Add((isGroup, id)))
        {
            report.Warn($"{(isGroup ? "Group" : "User")} {id} is none of container '{request.Name}': what belongs to it on the host is root's there");
        }
    }
}

using LxcPS.Engine.Configuration;

namespace LxcPS.Engine.Operations;

/// <summary>A container and what its configuration says of starting it with the host; see lxc.container.conf(5), "AUTOSTART".</summary>
/// <param name="Name">The container.</param>
/// <param name="Groups">The groups that it belongs to (<c>lxc.group</c>).</param>
/// <param name="Order">Its place: lower numbers start first (<c>lxc.start.order</c>).</param>
/// <param name="Delay">How long to wait before the next one is started (<c>lxc.start.delay</c>).</param>
public sealed record AutoStartEntry(string Name, IReadOnlyList<string> Groups, int Order, TimeSpan Delay)
{
    /// <summary>Reads what a configuration says.</summary>
    internal static AutoStartEntry Of(string name, ContainerConfig config) => new(name, GroupsOf(config), OrderOf(config), DelayOf(config));

    /// <summary>Whether the container is started with the host.</summary>
    public static bool IsMarked(ContainerConfig config) => config.Get("lxc.start.auto") == "1";

    /// <summary>The groups; a line may name several.</summary>
    public static IReadOnlyList<string> GroupsOf(ContainerConfig config) =>
        [.. config.GetAll("lxc.group").SelectMany(value => value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>The place; 0 without one.</summary>
    public static int OrderOf(ContainerConfig config) => int.TryParse(config.Get("lxc.start.order"), out int order) ? order : 0;

    /// <summary>The time to wait; none without one.</summary>
    public static TimeSpan DelayOf(ContainerConfig config) =>
        uint.TryParse(config.Get("lxc.start.delay"), out uint seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
}

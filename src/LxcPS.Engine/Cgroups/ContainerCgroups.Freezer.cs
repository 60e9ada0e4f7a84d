namespace LxcPS.Engine.Cgroups;

/// <content>Halting all processes of the container.</content>
public sealed partial class ContainerCgroups
{
    /// <summary>
    /// Halts all processes of the container and waits until they are. As in LXC, whose tools may undo it, the v1 freezer is taken where there
    /// is one: what it froze dies only when it is thawed.
    /// </summary>
    /// <exception cref="LxcException">CgroupControllerMissing: no freezer. Timeout: a process does not halt; all go on. CgroupFailed.</exception>
    public void Freeze() => CgroupFreezer.Change(UnifiedPlace?.Limit, LegacyFreezer(), freeze: true);

    /// <summary>Lets all processes of the container go on, whichever freezer halted them.</summary>
    /// <exception cref="LxcException">CgroupControllerMissing: no freezer. Timeout: a cgroup above is frozen too. CgroupFailed.</exception>
    public void Thaw() => CgroupFreezer.Change(UnifiedPlace?.Limit, LegacyFreezer(), freeze: false);

    private string? LegacyFreezer() => layout.Find("freezer") is { Version: 1 } hierarchy ? PlaceIn(hierarchy)?.Limit : null;
}

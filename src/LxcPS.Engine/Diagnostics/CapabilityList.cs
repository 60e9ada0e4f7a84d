using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Collects what the checks found.</summary>
internal sealed class CapabilityList(CapabilityCategory category, List<HostCapability> all)
{
    /// <summary>Adds something that no container starts without.</summary>
    internal void Require(string name, bool available, string purpose, string detail, string advice) =>
        Add(name, available, true, purpose, detail, advice);

    /// <summary>Adds something that some containers need.</summary>
    internal void Offer(string name, bool available, string purpose, string detail, string advice) =>
        Add(name, available, false, purpose, detail, advice);

    /// <summary>Adds something that no container of a user who is not root starts without, and that root's do not need.</summary>
    internal void RequireOfUser(string name, bool available, string purpose, string detail, string advice) =>
        Add(name, available, Processes.EffectiveUserId != 0, purpose, detail, advice);

    /// <summary>Adds something that no container of root's starts without, and that a user's does not need.</summary>
    internal void RequireOfRoot(string name, bool available, string purpose, string detail, string advice) =>
        Add(name, available, Processes.EffectiveUserId == 0, purpose, detail, advice);

    private void Add(string name, bool available, bool required, string purpose, string detail, string advice) => all.Add(new HostCapability
    {
        Name = name,
        Category = category,
        IsAvailable = available,
        IsRequired = required,
        Purpose = purpose,
        Detail = detail,
        Advice = available ? string.Empty : advice,
    });
}

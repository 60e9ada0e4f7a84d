using LxcPS.Engine.Confinement;

namespace LxcPS;

/// <summary>What AppArmor denied a container, or would have denied under a profile that only complains.</summary>
public sealed class LxcDenial
{
    private readonly AppArmorDenial denial;

    internal LxcDenial(AppArmorDenial denial, string[] container, bool isGenerated, bool suggest)
    {
        this.denial = denial;
        Container = container;
        Rule = suggest ? DenialRule.Of(denial) : null;
        RulePlace = Rule is null ? null
            : Namespace is not null ? $"profile {Profile} inside {container[0]}"
            : isGenerated ? "lxc.apparmor.raw" : $"profile {Profile}";
    }

    /// <summary>When.</summary>
    public DateTime Time => denial.Time;

    /// <summary>The container whose profile it is, or those that are started with it.</summary>
    public string[] Container { get; }

    /// <summary>The profile.</summary>
    public string Profile => denial.Profile;

    /// <summary>The policy namespace, where the profile is one that the container loaded itself; else null.</summary>
    public string? Namespace => denial.Namespace;

    /// <summary>Whether it was denied; false for what a profile in complain mode let pass.</summary>
    public bool IsDenied => denial.IsDenied;

    /// <summary>What was tried: open, mount, capable, signal.</summary>
    public string Operation => denial.Operation;

    /// <summary>The path, or what else it was tried on: the place of a mount, the capability, the other profile.</summary>
    public string? Path => denial["name"] ?? denial["capname"] ?? denial["target"] ?? denial["peer"];

    /// <summary>The rights that were asked for.</summary>
    public string? Requested => denial["requested_mask"];

    /// <summary>Those of them that the profile does not give.</summary>
    public string? Denied => denial["denied_mask"];

    /// <summary>The program.</summary>
    public string? Program => denial.Program;

    /// <summary>The process, as the host numbers it.</summary>
    public int? ProcessId => denial.ProcessId;

    /// <summary>What AppArmor says besides.</summary>
    public string? Info => denial["info"];

    /// <summary>With -Suggest, the rule that permits it.</summary>
    public string? Rule { get; }

    /// <summary>
    /// Where that rule belongs: <c>lxc.apparmor.raw</c> of the container, or the source of a profile, which for one of the container's own is
    /// inside it. A rule in the host's policy changes nothing about what the container's own denies.
    /// </summary>
    public string? RulePlace { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Operation} {Path}".TrimEnd();
}

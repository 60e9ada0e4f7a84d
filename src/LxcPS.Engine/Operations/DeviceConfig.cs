using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;

namespace LxcPS.Engine.Operations;

/// <summary>
/// The device rules of a configuration. Configurations that are made for both kinds of host carry a list for each version of cgroups: a
/// change is made in every list that is there, so none of them is half of what it was.
/// </summary>
/// <param name="config">The configuration.</param>
/// <param name="hostVersion">Which version of cgroups decides on devices on this host.</param>
internal sealed class DeviceConfig(ContainerConfig config, int hostVersion)
{
    /// <summary>Whether there are rules at all.</summary>
    internal bool HasRules => RulesOf(1).Count + RulesOf(2).Count > 0;

    /// <summary>The version of cgroups that decides on devices here.</summary>
    internal static int VersionOf(CgroupLayout layout) => layout.Find("devices") is not null ? 1 : 2;

    /// <summary>The list that a start on this host gets.</summary>
    internal DeviceList Read()
    {
        int version = RulesOf(hostVersion).Count > 0 ? hostVersion : 3 - hostVersion;
        return ListOf(version);
    }

    /// <summary>Adds a rule, and says what a running container's list needs for the same effect.</summary>
    internal IReadOnlyList<DeviceRule> Add(DeviceRule rule)
    {
        // The first rule of a list for v2 that allows something denies the rest.
        bool deniesRest = !HasRules && hostVersion == 2 && rule is { Allow: true, IsForAll: false };
        bool none = !HasRules;
        foreach (int version in (ReadOnlySpan<int>)[1, 2])
        {
            if (none ? version == hostVersion : RulesOf(version).Count > 0)
            {
                Add(version, rule);
            }
        }

        return deniesRest ? [DeviceRule.ForAll(false), rule] : [rule];
    }

    private void Add(int version, DeviceRule rule)
    {
        if (rule.IsForAll)
        {
            Write(version, [rule]);
            return;
        }

        List<DeviceRule> rules = [.. RulesOf(version), rule];
        DeviceList wanted = DeviceList.OfConfig(rules, version == 2 && hostVersion == 2);
        foreach ((string value, DeviceRule other) in Lines(version, !rule.Allow))
        {
            if (other == rule with { Allow = !rule.Allow })
            {
                config.Remove(KeyOf(version, !rule.Allow), value);
            }
        }

        if (!IsSame(ListOf(version), wanted))
        {
            config.Append(KeyOf(version, rule.Allow), [rule.Text]);
        }

        if (!IsSame(ListOf(version), wanted))
        {
            // What was taken away decided on more than itself: the first line of a list does.
            Write(version, wanted.ToRules());
        }
    }

    private void Write(int version, IReadOnlyList<DeviceRule> rules)
    {
        config.Remove(KeyOf(version, allow: true));
        config.Remove(KeyOf(version, allow: false));
        foreach (DeviceRule rule in rules)
        {
            config.Append(KeyOf(version, rule.Allow), [rule.Text]);
        }
    }

    private DeviceList ListOf(int version) => DeviceList.OfConfig(RulesOf(version), version == 2 && hostVersion == 2);

    private List<DeviceRule> RulesOf(int version)
    {
        List<DeviceRule> rules = [];
        foreach (ConfigEntry entry in config.WithPrefix(CgroupSetting.KeyOf(version, "devices.")))
        {
            if (TryRuleOf(entry.Key, entry.Value) is { } rule)
            {
                rules.Add(rule);
            }
        }

        return rules;
    }

    private List<(string Value, DeviceRule Rule)> Lines(int version, bool allow)
    {
        List<(string, DeviceRule)> lines = [];
        foreach (string value in config.GetAll(KeyOf(version, allow)))
        {
            if (TryRuleOf(KeyOf(version, allow), value) is { } rule)
            {
                lines.Add((value, rule));
            }
        }

        return lines;
    }

    // A line that names a device this host does not have at the moment is left alone: it must not be in the way of a change of another.
    private static DeviceRule? TryRuleOf(string key, string value)
    {
        try
        {
            return value.Length > 0 && DeviceSettings.IsRule(key) ? DeviceSettings.RuleOf(key, value) : null;
        }
        catch (LxcException e) when (e.ErrorId == LxcErrorId.ConfigInvalidValue)
        {
            return null;
        }
    }

    private static string KeyOf(int version, bool allow) => CgroupSetting.KeyOf(version, allow ? DeviceSettings.Allow : DeviceSettings.Deny);

    private static bool IsSame(DeviceList one, DeviceList other) => one.ToRules().ToHashSet().SetEquals(other.ToRules());
}

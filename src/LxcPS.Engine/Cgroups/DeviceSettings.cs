namespace LxcPS.Engine.Cgroups;

/// <summary>Device rules as settings of a configuration: <c>devices.allow</c> and <c>devices.deny</c> of either version of cgroups.</summary>
internal static class DeviceSettings
{
    /// <summary>The file that allows.</summary>
    internal const string Allow = "devices.allow";

    /// <summary>The file that denies.</summary>
    internal const string Deny = "devices.deny";

    /// <summary>Whether a configuration key is a device rule.</summary>
    internal static bool IsRule(string key) => CgroupSetting.TryParseKey(key, out _, out string file) && file is Allow or Deny;

    /// <summary>The rule of a setting; a device may be named by its node on the host.</summary>
    /// <exception cref="LxcException">ConfigInvalidValue: it is none.</exception>
    internal static DeviceRule RuleOf(CgroupSetting setting)
    {
        string text = setting.Value.StartsWith('/') ? CgroupWriter.RuleOf(setting) : setting.Value.Trim();
        return setting.File is Allow or Deny && DeviceRule.TryParse(setting.File == Allow, text, out DeviceRule rule) ? rule
            : throw new LxcException(LxcErrorId.ConfigInvalidValue, $"'{setting.ConfigKey} = {setting.Value}' is not a device rule")
            {
                Step = "cgroup",
                ConfigKey = setting.ConfigKey,
                Advice = "Write type, numbers and access, e.g. c 1:3 rwm, or a for all.",
            };
    }

    /// <summary>The rules of settings.</summary>
    /// <exception cref="LxcException">ConfigInvalidValue: one is none.</exception>
    internal static IReadOnlyList<DeviceRule> RulesOf(IEnumerable<CgroupSetting> settings) => [.. settings.Select(RuleOf)];

    /// <summary>The rule of a key and its value.</summary>
    /// <exception cref="LxcException">ConfigInvalidValue: it is none.</exception>
    internal static DeviceRule RuleOf(string key, string value) => RuleOf(new CgroupSetting(key[key.LastIndexOf("devices.", StringComparison.Ordinal)..], value, key));
}

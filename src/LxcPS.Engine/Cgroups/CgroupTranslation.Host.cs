namespace LxcPS.Engine.Cgroups;

/// <content>A single file by either of its names.</content>
public static partial class CgroupTranslation
{
    /// <summary>
    /// Configuration keys and values that set a file on this host, whichever version's name it is given by: with the prefix of a key, or
    /// alone. What has no counterpart stays as it is, for the kernel to judge.
    /// </summary>
    public static IReadOnlyList<(string Key, string Value)> ForHost(CgroupLayout layout, string key, string value)
    {
        string file = CgroupSetting.TryParseKey(key, out int given, out string named) ? named : key;
        int version = file == key ? 0 : given;
        CgroupSetting setting = new(file, value, key);
        if (layout.Find(setting.Controller) is not { } home)
        {
            return [(CgroupSetting.KeyOf(version == 0 ? 2 : version, file), value)];
        }

        if (version != home.Version)
        {
            IReadOnlyList<CgroupSetting> translated = home.Version == 1 ? ToV1([setting]) : ToV2([setting]);

            // A name that both versions have is this host's own.
            if (translated.Count > 0 && (version != 0 || translated[0].File != file))
            {
                return [.. translated.Select(part => (CgroupSetting.KeyOf(home.Version, part.File), part.Value))];
            }
        }

        return [(CgroupSetting.KeyOf(version == 0 ? home.Version : version, file), value)];
    }
}

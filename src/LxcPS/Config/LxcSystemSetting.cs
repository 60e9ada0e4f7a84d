using LxcPS.Engine.Store;

namespace LxcPS;

/// <summary>A setting of lxc.system.conf(5) as it is in force.</summary>
public sealed class LxcSystemSetting
{
    private readonly SystemSetting setting;

    internal LxcSystemSetting(SystemSetting setting) => this.setting = setting;

    /// <summary>The key.</summary>
    public string Key => setting.Key;

    /// <summary>The value; null where it is not set and has no default.</summary>
    public string? Value => setting.Value;

    /// <summary>The file that says so; null for a default.</summary>
    public string? File => setting.File;

    /// <summary>The line of that file, counted from 1; null for a default.</summary>
    public int? Line => setting.Line > 0 ? setting.Line : null;

    /// <inheritdoc/>
    public override string ToString() => $"{Key} = {Value}";
}

using LxcPS.Engine.Configuration;

namespace LxcPS.Engine.Cgroups;

/// <summary>Which cgroups a container and its monitor get: LXC's keys <c>lxc.cgroup.dir*</c> and <c>lxc.cgroup.relative</c>.</summary>
public sealed class CgroupPlan
{
    private CgroupPlan(string payload, string monitor, string pivot)
    {
        Payload = payload;
        Monitor = monitor;
        Pivot = pivot;
    }

    /// <summary>The container's cgroup relative to the base; limits are set on it.</summary>
    public string Payload { get; }

    /// <summary>A cgroup below <see cref="Payload"/> that the container lives in, out of whose limits it cannot reach; null where it lives in Payload.</summary>
    public string? Inner { get; private init; }

    /// <summary>The monitor's cgroup relative to the base.</summary>
    public string Monitor { get; }

    /// <summary>The cgroup that the monitor leaves its own for when it cannot go to the base.</summary>
    public string Pivot { get; }

    /// <summary>Whether the configuration names the pivot, so that the monitor always goes there.</summary>
    public bool HasPivot { get; private init; }

    /// <summary>Whether the names are the user's to the letter: no number may be appended when they are taken.</summary>
    public bool IsExact { get; private init; }

    /// <summary>Whether the base is the caller's own cgroup whoever the caller is.</summary>
    public bool IsRelative { get; private init; }

    /// <summary>Plans the cgroups of a container.</summary>
    /// <param name="name">The container's name.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="pattern">lxc.cgroup.pattern of lxc.system.conf(5), which counts where the configuration names no directory; or null.</param>
    /// <exception cref="LxcException">ConfigInvalidValue: a directory is absolute, walks upwards, or stands without the key it needs.</exception>
    public static CgroupPlan Parse(string name, ContainerConfig config, string? pattern = null)
    {
        string? directory = DirectoryOf(config, "lxc.cgroup.dir");
        string? payload = DirectoryOf(config, "lxc.cgroup.dir.container");
        string? inner = DirectoryOf(config, "lxc.cgroup.dir.container.inner");
        string? monitor = DirectoryOf(config, "lxc.cgroup.dir.monitor");
        string? pivot = DirectoryOf(config, "lxc.cgroup.dir.monitor.pivot");
        bool relative = config.Get("lxc.cgroup.relative") == "1";
        string below = directory is null ? string.Empty : directory + "/";
        string pivotPath = $"{(pivot is null ? below : pivot + "/")}lxc.pivot";
        if (payload is null && monitor is null && inner is null)
        {
            if (directory is null && pattern is not null)
            {
                string place = Relative(pattern.Replace("%n", name), "lxc.cgroup.pattern");
                return new CgroupPlan(place + "/payload", place + "/monitor", pivotPath) { IsRelative = relative, HasPivot = pivot is not null };
            }

            return new CgroupPlan($"{below}lxc.payload.{name}", $"{below}lxc.monitor.{name}", pivotPath)
            {
                IsRelative = relative,
                HasPivot = pivot is not null,
            };
        }

        if (directory is not null)
        {
            throw Invalid("lxc.cgroup.dir", "lxc.cgroup.dir cannot stand beside lxc.cgroup.dir.container and lxc.cgroup.dir.monitor", "Remove one of them.");
        }

        if (payload is null || monitor is null)
        {
            string missing = payload is null ? "lxc.cgroup.dir.container" : "lxc.cgroup.dir.monitor";
            throw Invalid(missing, $"{missing} is missing: the cgroup directories need both the container's and the monitor's", "Add the key.");
        }

        return new CgroupPlan(payload, monitor, pivotPath)
        {
            Inner = inner,
            IsExact = true,
            IsRelative = relative,
            HasPivot = pivot is not null,
        };
    }

    private static string? DirectoryOf(ContainerConfig config, string key)
    {
        string? value = config.Get(key);
        return string.IsNullOrEmpty(value) ? null : Relative(value, key);
    }

    private static string Relative(string value, string key)
    {
        if (value[0] == '/')
        {
            throw Invalid(key, $"The cgroup directory '{value}' is absolute", "Name it relative to the base of the hierarchies, without a leading slash.");
        }

        string[] parts = value.Split('/', StringSplitOptions.RemoveEmptyEntries);
        foreach (string part in parts)
        {
            if (part is "." or ".." || part.Contains('\n'))
            {
                throw Invalid(key, $"The cgroup directory '{value}' has a part that names no directory of its own", "Use plain names between the slashes.");
            }
        }

        return string.Join('/', parts);
    }

    private static LxcException Invalid(string key, string message, string advice) =>
        new(LxcErrorId.ConfigInvalidValue, message) { Step = "cgroup", ConfigKey = key, Advice = advice };
}

using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>What the running kernel says of itself.</summary>
internal sealed class KernelFacts
{
    private readonly HashSet<string> fileSystems;
    private readonly string builtIn;
    private readonly string installed;

    private KernelFacts(string release, string fileSystems, string builtIn, string installed)
    {
        Release = release;
        Version = KernelVersion.Parse(release);
        Config = KernelConfig.Load(release);
        this.fileSystems = ParseFileSystems(fileSystems);
        this.builtIn = builtIn;
        this.installed = installed;
    }

    /// <summary>The release as uname(2) gives it.</summary>
    internal string Release { get; }

    /// <summary>Its version.</summary>
    internal KernelVersion Version { get; }

    /// <summary>Its build configuration.</summary>
    internal KernelConfig Config { get; }

    internal static KernelFacts Read()
    {
        string release = (Descriptors.TryReadText("/proc/sys/kernel/osrelease") ?? string.Empty).Trim();
        return new KernelFacts(release, Descriptors.TryReadText("/proc/filesystems") ?? string.Empty,
            Descriptors.TryReadText($"/lib/modules/{release}/modules.builtin") ?? string.Empty,
            Descriptors.TryReadText($"/lib/modules/{release}/modules.dep") ?? string.Empty);
    }

    /// <summary>Whether the kernel knows a file system now, or can load it.</summary>
    internal (bool Available, string Detail) FileSystem(string name, string option) =>
        fileSystems.Contains(name) ? (true, "in /proc/filesystems") : Module(name, option);

    /// <summary>Whether the kernel has a module: loaded, built in, or installed and so loaded when it is asked for.</summary>
    internal (bool Available, string Detail) Module(string name, string option)
    {
        if (Directory.Exists("/sys/module/" + name))
        {
            return (true, "loaded or built in (/sys/module)");
        }

        if (HasModule(builtIn, name) || Config.Get(option) == "y")
        {
            return (true, "built into the kernel");
        }

        return HasModule(installed, name) ? (true, "a module, loaded when it is needed")
            : Config.Get(option) == "m" ? (false, "built as a module that is not installed")
            : Config.IsKnown ? (false, $"{option} is not set in {Config.Source}")
            : (false, "neither loaded nor found, and the kernel does not tell its configuration");
    }

    /// <summary>The types of /proc/filesystems: the last word of each line.</summary>
    internal static HashSet<string> ParseFileSystems(string text)
    {
        HashSet<string> types = new(StringComparer.Ordinal);
        foreach (string line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            types.Add(line[(line.LastIndexOf('\t') + 1)..]);
        }

        return types;
    }

    /// <summary>Whether a text of modules.builtin or modules.dep names the module, compressed or not.</summary>
    internal static bool HasModule(string table, string name)
    {
        // A dash in a file name and an underscore in a module's are the same.
        return table.Contains($"/{name}.ko", StringComparison.Ordinal) || table.Contains($"/{name.Replace('_', '-')}.ko", StringComparison.Ordinal);
    }
}

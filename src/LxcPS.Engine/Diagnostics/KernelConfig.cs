using System.IO.Compression;

namespace LxcPS.Engine.Diagnostics;

/// <summary>The build configuration of a kernel: the lines <c>CONFIG_NAME=value</c> of .config.</summary>
public sealed class KernelConfig
{
    private readonly Dictionary<string, string> options;

    private KernelConfig(Dictionary<string, string> options, string source)
    {
        this.options = options;
        Source = source;
    }

    /// <summary>The file it came from; empty when the kernel does not tell its configuration.</summary>
    public string Source { get; }

    /// <summary>Whether anything is known.</summary>
    public bool IsKnown => options.Count > 0;

    /// <summary>Reads the text of a .config file.</summary>
    public static KernelConfig Parse(string text, string source = "")
    {
        Dictionary<string, string> options = new(StringComparer.Ordinal);
        foreach (string line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            int equals = line.IndexOf('=');
            if (equals > 0 && line.StartsWith("CONFIG_", StringComparison.Ordinal))
            {
                options[line[..equals]] = line[(equals + 1)..];
            }
        }

        return new KernelConfig(options, source);
    }

    /// <summary>Reads the running kernel's: its own copy, or the file that a distribution puts beside the kernel.</summary>
    /// <param name="release">The kernel's release.</param>
    public static KernelConfig Load(string release)
    {
        foreach (string path in (ReadOnlySpan<string>)
            ["/proc/config.gz", $"/boot/config-{release}", $"/usr/lib/modules/{release}/config", $"/lib/modules/{release}/config"])
        {
            try
            {
                using FileStream file = File.OpenRead(path);
                using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
                using StreamReader reader = new(stream);
                return Parse(reader.ReadToEnd(), path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                // Not here: the next place.
            }
        }

        return Parse(string.Empty);
    }

    /// <summary>The value of an option, <c>y</c>, <c>m</c> or another, or null when it is not set or not known.</summary>
    /// <param name="option">The name with <c>CONFIG_</c>.</param>
    public string? Get(string option) => options.GetValueOrDefault(option);
}

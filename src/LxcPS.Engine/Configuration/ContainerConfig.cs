using System.Text;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Configuration;

/// <summary>
/// A container's configuration in the format of lxc.container.conf(5): a document whose comments, order, spacing and includes are kept byte
/// for byte, and the settings that follow from it. A change touches its own line only.
/// </summary>
public sealed partial class ContainerConfig
{
    private readonly List<ConfigLine> lines;
    private readonly Encoding encoding;
    private List<ConfigEntry>? entries;

    private ContainerConfig(string path, string text, Encoding encoding)
    {
        Path = path;
        lines = ConfigLine.Split(text);
        this.encoding = encoding;
    }

    /// <summary>The file that <see cref="Save"/> writes.</summary>
    public string Path { get; }

    /// <summary>The effective settings in order, those of included files in their place.</summary>
    public IReadOnlyList<ConfigEntry> Entries => Effective;

    /// <summary>The same with the includes, each before what it brings.</summary>
    public IReadOnlyList<ConfigEntry> EntriesAndIncludes => ConfigReader.Read(lines, Path, []);

    /// <summary>The document as it would be saved.</summary>
    public string Text
    {
        get
        {
            StringBuilder text = new();
            foreach (ConfigLine line in lines)
            {
                text.Append(line.Text).Append(line.End);
            }

            return text.ToString();
        }
    }

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="LxcException">
    /// ConfigSyntax, ConfigUnknownKey or ConfigInvalidValue with file and line; StorageFailed or PermissionDenied when a file cannot be read.
    /// </exception>
    public static ContainerConfig Load(string path)
    {
        ContainerConfig config = Open(path);
        config.entries = config.ReadEntries(null);
        return config;
    }

    /// <summary>Reads a configuration whatever its errors are, to show or to mend it: what is wrong is passed over and told.</summary>
    /// <exception cref="LxcException">StorageFailed or PermissionDenied: the file itself cannot be read.</exception>
    public static ContainerConfig Load(string path, out IReadOnlyList<LxcException> errors)
    {
        ContainerConfig config = Open(path);
        errors = config.Check();
        return config;
    }

    /// <summary>What a configuration and those that it includes say of one key, whatever their errors are: its other lines are not read, which costs most.</summary>
    /// <exception cref="LxcException">StorageFailed or PermissionDenied: the file itself cannot be read.</exception>
    internal static IReadOnlyList<string> ValuesIn(string path, string key)
    {
        byte[] bytes = Read(path);
        byte[] name = Encoding.UTF8.GetBytes(key);
        List<byte> kept = [];
        foreach (Range line in bytes.AsSpan().Split((byte)'\n'))
        {
            ReadOnlySpan<byte> text = bytes.AsSpan(line);
            if (text.IndexOf(name) >= 0 || text.IndexOf("lxc.include"u8) >= 0)
            {
                kept.AddRange(text);
                kept.Add((byte)'\n');
            }
        }

        return kept.Count == 0 ? [] : FromBytes([.. kept], path).GetAll(key);
    }

    /// <summary>Reads a text as the configuration of a path; nothing is read from that file.</summary>
    /// <exception cref="LxcException">As <see cref="Load(string)"/>.</exception>
    public static ContainerConfig Parse(string text, string path)
    {
        ContainerConfig config = new(path, text, ConfigText.Utf8);
        config.entries = config.ReadEntries(null);
        return config;
    }

    /// <summary>An empty document for a new file.</summary>
    public static ContainerConfig Create(string path) => new(path, string.Empty, ConfigText.Utf8) { entries = [] };

    /// <summary>All errors of the document and of what it includes, in order.</summary>
    public IReadOnlyList<LxcException> Check()
    {
        List<ConfigProblem> problems = [];
        entries = ReadEntries(problems);
        return problems.ConvertAll(problem => problem.Error);
    }

    /// <summary>All errors of the document and of what it includes, in order; then, as warnings, what this version does not serve.</summary>
    public IReadOnlyList<ConfigProblem> FindProblems()
    {
        List<ConfigProblem> problems = [];
        entries = ReadEntries(problems);
        foreach (ConfigEntry entry in entries)
        {
            if (Unserved(entry) is { } error)
            {
                problems.Add(new ConfigProblem(error, entry.Value, $"this version does not serve {entry.Key}", null, ConfigSeverity.Warning));
            }
        }

        return problems;
    }

    /// <summary>Refuses a configuration that asks for what this version does not do, before anything is made.</summary>
    /// <exception cref="LxcException">ConfigUnsupported with key, file and line.</exception>
    public void RequireServed()
    {
        foreach (ConfigEntry entry in Effective)
        {
            if (Unserved(entry) is { } error)
            {
                throw error;
            }
        }
    }

    /// <summary>The last value of a key, or null where it has none.</summary>
    public string? Get(string key)
    {
        List<ConfigEntry> all = Effective;
        for (int i = all.Count - 1; i >= 0; i--)
        {
            if (all[i].Key == key)
            {
                return all[i].Value;
            }
        }

        return null;
    }

    /// <summary>All values of a key in order, a value a line.</summary>
    public string[] GetAll(string key)
    {
        // Most keys are not set at all.
        List<string>? values = null;
        foreach (ConfigEntry entry in Effective)
        {
            if (entry.Key == key)
            {
                (values ??= []).Add(entry.Value);
            }
        }

        return values is null ? [] : [.. values];
    }

    /// <summary>The entries whose keys begin with a prefix, in order.</summary>
    public IEnumerable<ConfigEntry> WithPrefix(string prefix)
    {
        foreach (ConfigEntry entry in Effective)
        {
            if (entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            {
                yield return entry;
            }
        }
    }

    /// <summary>
    /// Writes the document to its file: beside it, to the disk, then over it, so that at any time the file is the old or the new one. An
    /// existing file's mode and owner are kept.
    /// </summary>
    /// <exception cref="LxcException">StorageFull, PermissionDenied or StorageFailed; the old file is untouched.</exception>
    public void Save() => AtomicFile.Write(Path, ToBytes());

    /// <summary>The bytes of a file as the document of a path, whatever its errors are.</summary>
    internal static ContainerConfig FromBytes(byte[] bytes, string path)
    {
        string text = ConfigText.Decode(bytes, out Encoding encoding);
        return new ContainerConfig(path, text, encoding);
    }

    /// <summary>What the file would hold.</summary>
    internal byte[] ToBytes() => encoding.GetBytes(Text);

    private List<ConfigEntry> Effective => entries ??= ReadEntries([]);

    private static LxcException? Unserved(ConfigEntry entry) => ConfigKeyTable.Find(entry.Key) is { } key && !key.Serves(entry.Value)
        ? new LxcException(LxcErrorId.ConfigUnsupported,
            $"Configuration '{DisplayText.Of(entry.File)}', line {entry.Line}: this version does not serve {entry.Key} = {DisplayText.Of(entry.Value)}")
        {
            Path = entry.File,
            Line = entry.Line,
            ConfigKey = entry.Key,
            Advice = "Remove the line, or start the container with LXC's own tools.",
        }
        : null;

    // Includes say nothing themselves: what they bring stands in their place.
    private List<ConfigEntry> ReadEntries(List<ConfigProblem>? problems)
    {
        List<ConfigEntry> read = ConfigReader.Read(lines, Path, problems);
        read.RemoveAll(static entry => entry.Key == "lxc.include");
        return read;
    }

    private static ContainerConfig Open(string path) => FromBytes(Read(path), path);

    private static byte[] Read(string path)
    {
        try
        {
            return ConfigText.ReadAll(path);
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The configuration '{DisplayText.Of(path)}' cannot be read");
        }
    }
}

using LxcPS.Native;

namespace LxcPS.Engine.Configuration;

/// <summary>Works out what a configuration says: lines in order, included files in their place, empty values clearing what came before.</summary>
internal sealed class ConfigReader
{
    // Bounds that only a loop or an attack reaches.
    private const int MaximumDepth = 16;
    private const int MaximumFiles = 1024;

    private readonly List<ConfigEntry> entries = [];
    private readonly List<ConfigProblem>? problems;
    private int files;

    private ConfigReader(List<ConfigProblem>? problems) => this.problems = problems;

    /// <summary>The effective entries, each include before what it brings.</summary>
    /// <param name="lines">The lines of the configuration itself.</param>
    /// <param name="path">Its path.</param>
    /// <param name="problems">Gets every error; null to throw the first.</param>
    internal static List<ConfigEntry> Read(IReadOnlyList<ConfigLine> lines, string path, List<ConfigProblem>? problems)
    {
        ConfigReader reader = new(problems);
        reader.Take(lines, path, 0);
        return reader.entries;
    }

    /// <summary>The reason why a setting cannot be, or null.</summary>
    internal static ConfigProblem? Check(string key, string value, string path, int line)
    {
        ConfigKey? row = ConfigKeyTable.Find(key);
        if (row is null)
        {
            bool legacy = ConfigKeyTable.TryFindLegacy(key, out string? now);
            string? near = legacy ? now : ConfigKeyTable.Nearest(key);
            string unknown = legacy ? $"the key {key} is one of LXC 2, which LXC 3 and later refuse" : $"there is no key {DisplayText.Of(key)}";
            return new ConfigProblem(
                new LxcException(LxcErrorId.ConfigUnknownKey, At(path, line, unknown))
                {
                    Path = path,
                    Line = line,
                    ConfigKey = key,
                    Advice = legacy ? now is null ? "Remove the line: the key has no successor." : $"Its name is now {now}."
                        : near is null ? "See lxc.container.conf(5) for the keys that there are." : $"Did you mean {near}?",
                },
                value, unknown, near);
        }

        // The file of mounts, in LXC 2; the key of that name only clears today.
        string? successor = key == "lxc.mount" ? "lxc.mount.fstab" : null;
        return row.Validate(value) is { } reason
            ? new ConfigProblem(
                new LxcException(LxcErrorId.ConfigInvalidValue, At(path, line, $"'{DisplayText.Of(value)}' cannot be the value of {key}: {reason}"))
                {
                    Path = path,
                    Line = line,
                    ConfigKey = key,
                    Advice = successor is null ? $"{key}: {row.Summary}." : $"The file of mounts is named by {successor} now.",
                },
                value, reason, successor)
            : null;
    }

    /// <summary>Reads a file of text.</summary>
    internal static string ReadFile(string path)
    {
        try
        {
            return ConfigText.Decode(ConfigText.ReadAll(path), out _);
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The configuration '{DisplayText.Of(path)}' cannot be read");
        }
    }

    private void Take(IReadOnlyList<ConfigLine> lines, string path, int depth)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            ConfigLine line = lines[i];
            if (i == 0 && line.Text.StartsWith('\uFEFF'))
            {
                Fail(path, 1, line.Text, "it begins with a byte order mark, and LXC would pass over the line",
                    "Save the file as UTF-8 without a byte order mark.");
            }

            if (line.IsBroken)
            {
                Fail(path, i + 1, line.Text, $"'{DisplayText.Of(line.Text.Trim())}' has no =",
                    "Write key = value, or begin the line with # to make it a comment.");
            }
            else if (line.Key is { } key)
            {
                if (Check(key, line.Value, path, i + 1) is { } problem)
                {
                    Fail(problem);
                }
                else if (key == "lxc.include" && line.Value.Length > 0)
                {
                    entries.Add(new ConfigEntry(key, line.Value, path, i + 1));
                    Include(line.Value, path, i + 1, depth);
                }
                else
                {
                    Take(new ConfigEntry(key, line.Value, path, i + 1));
                }
            }
        }
    }

    private void Take(ConfigEntry entry)
    {
        if (entry.Value.Length == 0)
        {
            entries.RemoveAll(old => ConfigKeyTable.Clears(entry.Key, old.Key));
            return;
        }

        if (!ConfigKeyTable.Find(entry.Key)!.IsList)
        {
            entries.RemoveAll(old => old.Key == entry.Key);
        }

        entries.Add(entry);
    }

    private void Include(string value, string from, int line, int depth)
    {
        // LXC takes a relative path from its working directory, which says nothing; ours is the directory of the file.
        string path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(from)) ?? "/", value);
        try
        {
            if (depth == MaximumDepth || files == MaximumFiles)
            {
                throw new LxcException(LxcErrorId.ConfigSyntax, $"lxc.include nests too deeply or names too many files at '{DisplayText.Of(path)}'")
                {
                    Advice = "See that no file includes itself.",
                };
            }

            if (!value.EndsWith('/') && !Directory.Exists(path))
            {
                files++;
                Take(ConfigLine.Split(ReadFile(path)), path, depth + 1);
                return;
            }

            // As LXC has it, a directory that is not there has no files.
            string[] names = Directory.Exists(path) ? Directory.GetFiles(path, "*.conf") : [];
            Array.Sort(names, StringComparer.Ordinal);
            foreach (string name in names)
            {
                files++;
                Take(ConfigLine.Split(ReadFile(name)), name, depth + 1);
            }
        }
        catch (LxcException e) when (e.ConfigKey is null && e.Line == 0)
        {
            Fail(new ConfigProblem(
                new LxcException(e.ErrorId, At(from, line, e.Message), e.InnerException)
                {
                    Path = from,
                    Line = line,
                    ConfigKey = "lxc.include",
                    Advice = e.ErrorId == LxcErrorId.StorageFailed ? "Restore the file or remove the line." : e.Advice,
                },
                value, e.Message, null));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = $"'{DisplayText.Of(path)}' cannot be read: {e.Message.TrimEnd('.')}";
            Fail(new ConfigProblem(
                new LxcException(LxcErrorId.StorageFailed, At(from, line, reason), e)
                {
                    Path = from,
                    Line = line,
                    ConfigKey = "lxc.include",
                    Advice = "Run as a user that may read the directory.",
                },
                value, reason, null));
        }
    }

    // A key of no file, as a cmdlet's parameter has it, has no place.
    private static string At(string path, int line, string text) => path.Length == 0 ? char.ToUpperInvariant(text[0]) + text[1..]
        : line > 0 ? $"Configuration '{DisplayText.Of(path)}', line {line}: {text}" : $"Configuration '{DisplayText.Of(path)}': {text}";

    private void Fail(string path, int line, string text, string reason, string advice) =>
        Fail(new ConfigProblem(new LxcException(LxcErrorId.ConfigSyntax, At(path, line, reason)) { Path = path, Line = line, Advice = advice },
            text, reason, null));

    private void Fail(ConfigProblem problem)
    {
        if (problems is null)
        {
            throw problem.Error;
        }

        problems.Add(problem);
    }
}

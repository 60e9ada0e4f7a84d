using LxcPS.Native;

namespace LxcPS.Engine.Configuration;

/// <summary>Works out what a configuration says: lines in order, included files in their place, empty values clearing what came before.</summary>
internal sealed class ConfigReader
{
    // Bounds that only a loop or an attack reaches.
    private const int MaximumDepth = 16;
    private const int MaximumFiles = 1024;

    private readonly List<ConfigEntry> entries = [];
    private readonly List<LxcException>? errors;
    private int files;

    private ConfigReader(List<LxcException>? errors) => this.errors = errors;

    /// <summary>The effective entries.</summary>
    /// <param name="lines">The lines of the configuration itself.</param>
    /// <param name="path">Its path.</param>
    /// <param name="errors">Gets every error; null to throw the first.</param>
    internal static List<ConfigEntry> Read(IReadOnlyList<ConfigLine> lines, string path, List<LxcException>? errors)
    {
        ConfigReader reader = new(errors);
        reader.Take(lines, path, 0);
        return reader.entries;
    }

    /// <summary>The reason why a setting cannot be, or null.</summary>
    internal static LxcException? Check(string key, string value, string path, int line)
    {
        ConfigKey? row = ConfigKeyTable.Find(key);
        string where = line > 0 ? $"Configuration '{DisplayText.Of(path)}', line {line}" : $"Configuration '{DisplayText.Of(path)}'";
        if (row is null)
        {
            bool legacy = ConfigKeyTable.TryFindLegacy(key, out string? now);
            string? near = legacy ? now : ConfigKeyTable.Nearest(key);
            return new LxcException(LxcErrorId.ConfigUnknownKey, legacy
                ? $"{where}: the key {key} is one of LXC 2, which LXC 3 and later refuse"
                : $"{where}: there is no key {DisplayText.Of(key)}")
            {
                Path = path,
                Line = line,
                ConfigKey = key,
                Advice = legacy ? now is null ? "Remove the line: the key has no successor." : $"Its name is now {now}."
                    : near is null ? "See lxc.container.conf(5) for the keys that there are." : $"Did you mean {near}?",
            };
        }

        return row.Validate(value) is { } reason
            ? new LxcException(LxcErrorId.ConfigInvalidValue, $"{where}: '{DisplayText.Of(value)}' cannot be the value of {key}: {reason}")
            {
                Path = path,
                Line = line,
                ConfigKey = key,
                Advice = $"{key}: {row.Summary}.",
            }
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
                Fail(new LxcException(LxcErrorId.ConfigSyntax,
                    $"Configuration '{DisplayText.Of(path)}', line 1: it begins with a byte order mark, and LXC would pass over the line")
                {
                    Path = path,
                    Line = 1,
                    Advice = "Save the file as UTF-8 without a byte order mark.",
                });
            }

            if (line.IsBroken)
            {
                Fail(new LxcException(LxcErrorId.ConfigSyntax,
                    $"Configuration '{DisplayText.Of(path)}', line {i + 1}: '{DisplayText.Of(line.Text.Trim())}' has no =")
                {
                    Path = path,
                    Line = i + 1,
                    Advice = "Write key = value, or begin the line with # to make it a comment.",
                });
            }
            else if (line.Key is { } key)
            {
                if (Check(key, line.Value, path, i + 1) is { } error)
                {
                    Fail(error);
                }
                else if (key == "lxc.include" && line.Value.Length > 0)
                {
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
            Fail(new LxcException(e.ErrorId, $"Configuration '{DisplayText.Of(from)}', line {line}: {e.Message}", e.InnerException)
            {
                Path = from,
                Line = line,
                ConfigKey = "lxc.include",
                Advice = e.ErrorId == LxcErrorId.StorageFailed ? "Restore the file or remove the line." : e.Advice,
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(new LxcException(LxcErrorId.StorageFailed,
                $"Configuration '{DisplayText.Of(from)}', line {line}: '{DisplayText.Of(path)}' cannot be read: {e.Message.TrimEnd('.')}", e)
            {
                Path = from,
                Line = line,
                ConfigKey = "lxc.include",
                Advice = "Run as a user that may read the directory.",
            });
        }
    }

    private void Fail(LxcException error)
    {
        if (errors is null)
        {
            throw error;
        }

        errors.Add(error);
    }
}

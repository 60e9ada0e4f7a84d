namespace LxcPS.Engine.Configuration;

public sealed partial class ContainerConfig
{
    /// <summary>
    /// Gives a key one value. A line of this file that sets it is changed in place, otherwise a line is added at the end; where an included
    /// file would have the last word, the line goes behind it. A list key loses its other values, and the empty value clears.
    /// </summary>
    /// <exception cref="LxcException">ConfigUnknownKey or ConfigInvalidValue; the document is unchanged.</exception>
    public void Set(string key, string value)
    {
        Require(key, value);
        if (value.Length == 0)
        {
            Remove(key);
            return;
        }

        // Of several lines the last counts, so that one stays; in a list all say something, and one place is as good as another.
        int place = FindLast(key, line => line.Value.Length > 0);
        if (place < 0)
        {
            Append(key, value);
        }
        else
        {
            lines[place].Replace(value);
            entries = null;
        }

        ConfigLine own = lines[place < 0 ? lines.Count - 1 : place];
        if (ConfigKeyTable.Find(key)!.IsList)
        {
            lines.RemoveAll(line => line.Key == key && line != own && line.Value.Length > 0);
            entries = null;
        }

        IReadOnlyList<string> values = ValuesOf(key);
        if (values.Count != 1 || values[0] != value)
        {
            lines.Remove(own);
            entries = null;
            if (ValuesOf(key).Count > 0 && key != "lxc.include")
            {
                Append(key, string.Empty);
            }

            Append(key, value);
        }
    }

    /// <summary>Adds a value to a list key, behind its last line in this file; a key of one value is set.</summary>
    /// <exception cref="LxcException">ConfigUnknownKey or ConfigInvalidValue; the document is unchanged.</exception>
    public void Add(string key, string value)
    {
        Require(key, value);
        if (value.Length == 0 || !ConfigKeyTable.Find(key)!.IsList)
        {
            Set(key, value);
            return;
        }

        int count = ValuesOf(key).Count;
        int last = FindLast(key, static _ => true);
        if (last < 0)
        {
            Append(key, value);
            return;
        }

        if (lines[last].End.Length == 0)
        {
            lines[last].End = NewLine;
        }

        lines.Insert(last + 1, ConfigLine.Of(key, value, NewLine));
        entries = null;
        if (ValuesOf(key).Count != count + 1)
        {
            // Something further down clears the list.
            lines.RemoveAt(last + 1);
            Append(key, value);
        }
    }

    /// <summary>Applies settings: the first value of a key takes the place of those that are there, the others join it.</summary>
    /// <exception cref="LxcException">ConfigUnknownKey or ConfigInvalidValue; the settings before it have been applied.</exception>
    internal void Apply(IEnumerable<KeyValuePair<string, string>> settings)
    {
        HashSet<string> replaced = [];
        foreach ((string key, string value) in settings)
        {
            if (replaced.Add(key))
            {
                Set(key, value);
            }
            else
            {
                Add(key, value);
            }
        }
    }

    /// <summary>Adds values to a list key at the end of the file: for lists in which what comes later decides.</summary>
    /// <exception cref="LxcException">ConfigUnknownKey or ConfigInvalidValue; the document is unchanged.</exception>
    public void Append(string key, IReadOnlyList<string> values)
    {
        foreach (string value in values)
        {
            Require(key, value);
        }

        foreach (string value in values)
        {
            Append(key, value);
        }
    }

    /// <summary>
    /// Takes a key away, or as LXC has it for <c>lxc.net</c>, <c>lxc.net.0</c>, <c>lxc.cgroup2</c>, <c>lxc.hook</c> and the like a whole
    /// family. What an included file sets is cleared by a line of this file.
    /// </summary>
    /// <returns>Whether there was something.</returns>
    public bool Remove(string key)
    {
        bool had = lines.RemoveAll(line => line.Key is { } own && ConfigKeyTable.Clears(key, own)) > 0;
        entries = null;
        foreach (ConfigEntry entry in Entries)
        {
            if (ConfigKeyTable.Clears(key, entry.Key))
            {
                Append(key, string.Empty);
                return true;
            }
        }

        return had;
    }

    /// <summary>Takes one value of a list away: its lines, or where a line holds several words the word.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(string key, string value)
    {
        bool had = false;
        for (int i = lines.Count - 1; i >= 0; i--)
        {
            if (lines[i].Key == key && lines[i].Value.Length > 0 && Without(key, lines[i].Value, value) is { } rest && rest != lines[i].Value)
            {
                had = true;
                if (rest.Length == 0)
                {
                    lines.RemoveAt(i);
                }
                else
                {
                    lines[i].Replace(rest);
                }
            }
        }

        entries = null;
        IReadOnlyList<string> values = ValuesOf(key);
        List<string> kept = [];
        bool included = false;
        foreach (string old in values)
        {
            string rest = Without(key, old, value);
            included |= rest != old;
            if (rest.Length > 0)
            {
                kept.Add(rest);
            }
        }

        if (!included)
        {
            return had;
        }

        // An included file says it: clear the list and say the others again.
        lines.RemoveAll(line => line.Key == key);
        Append(key, string.Empty);
        foreach (string rest in kept)
        {
            Append(key, rest);
        }

        return true;
    }

    /// <summary>Lets a function change the values of this file's own lines; null leaves one as it is.</summary>
    /// <returns>Whether something changed.</returns>
    internal bool Rewrite(Func<string, string, string?> change)
    {
        bool changed = false;
        foreach (ConfigLine line in lines)
        {
            if (line.Key is { } key && line.Value.Length > 0 && change(key, line.Value) is { } value && value != line.Value)
            {
                line.Replace(value);
                changed = true;
            }
        }

        entries = changed ? null : entries;
        return changed;
    }

    private static string Without(string key, string values, string value)
    {
        if (values == value)
        {
            return string.Empty;
        }

        if (ConfigKeyTable.Find(key) is not { HasWords: true })
        {
            return values;
        }

        List<string> words = [.. values.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)];
        return words.RemoveAll(word => word == value) > 0 ? string.Join(' ', words) : values;
    }

    private void Require(string key, string value)
    {
        if (ConfigReader.Check(key, value, Path, 0) is { } problem)
        {
            throw problem.Error;
        }

        // Latin-1 has 256 characters, and a surrogate alone is none of UTF-8.
        try
        {
            if (encoding.GetString(encoding.GetBytes(value)) == value)
            {
                return;
            }
        }
        catch (System.Text.EncoderFallbackException)
        {
        }

        throw new LxcException(LxcErrorId.ConfigInvalidValue,
            $"'{DisplayText.Of(value)}' cannot be written into '{DisplayText.Of(Path)}' as the value of {key}")
        {
            Path = Path,
            ConfigKey = key,
            Advice = "Save the file as UTF-8.",
        };
    }

    // Includes leave no entry: what they bring stands in their place.
    private IReadOnlyList<string> ValuesOf(string key)
    {
        if (key != "lxc.include")
        {
            return GetAll(key);
        }

        List<string> values = [];
        foreach (ConfigLine line in lines)
        {
            if (line.Key == key && line.Value.Length > 0)
            {
                values.Add(line.Value);
            }
        }

        return values;
    }

    private string NewLine => lines.Count > 0 && lines[0].End.Length > 0 ? lines[0].End : "\n";

    private int FindLast(string key, Predicate<ConfigLine> match) => lines.FindLastIndex(line => line.Key == key && match(line));

    /// <summary>Adds a comment at the end.</summary>
    public void AddComment(string text) => Append(ConfigLine.OfComment(text, NewLine));

    private void Append(string key, string value)
    {
        Append(ConfigLine.Of(key, value, NewLine));
        entries = null;
    }

    private void Append(ConfigLine line)
    {
        if (lines.Count > 0 && lines[^1].End.Length == 0)
        {
            lines[^1].End = NewLine;
        }

        lines.Add(line);
    }
}

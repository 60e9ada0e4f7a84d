using System.Text;

namespace LxcPS.Host.Editing;

/// <summary>The lines that were entered, kept over sessions: one a line, those of a command that goes on ended by a backtick.</summary>
internal sealed class History
{
    private const int Limit = 4096;
    private const string Continued = "`";

    private readonly string _path;
    private readonly List<string> _lines = [];
    private int _position;
    private string _draft = "";

    public History()
    {
        var data = Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } given
            ? given
            : Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local/share");
        _path = Path.Join(data, "lxcps", "host_history.txt");
        Load();
    }

    /// <summary>A new line begins: up means the last one.</summary>
    public void Rewind()
    {
        _position = _lines.Count;
        _draft = "";
    }

    public string? Previous(string current)
    {
        if (_position == 0)
        {
            return null;
        }

        if (_position == _lines.Count)
        {
            _draft = current;
        }

        return _lines[--_position];
    }

    public string? Next() => _position >= _lines.Count ? null : ++_position == _lines.Count ? _draft : _lines[_position];

    public void Add(string line)
    {
        // A leading blank keeps a line out, as in other shells.
        if (string.IsNullOrWhiteSpace(line) || line[0] == ' ' || (_lines.Count > 0 && _lines[^1] == line))
        {
            return;
        }

        _lines.Add(line);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            using var file = new FileStream(_path, new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            file.Write(Encoding.UTF8.GetBytes(line.Replace("\n", Continued + "\n", StringComparison.Ordinal) + "\n"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A history that cannot be kept is no reason to stop working.
        }
    }

    private void Load()
    {
        try
        {
            var pending = "";
            foreach (var line in File.Exists(_path) ? File.ReadLines(_path) : [])
            {
                if (line.EndsWith(Continued, StringComparison.Ordinal))
                {
                    pending += line[..^1] + "\n";
                    continue;
                }

                _lines.Add(pending + line);
                pending = "";
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return;
        }

        _lines.RemoveRange(0, Math.Max(0, _lines.Count - Limit));
    }
}

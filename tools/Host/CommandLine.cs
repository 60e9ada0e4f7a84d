using System.Management.Automation.Runspaces;
using System.Text;

namespace LxcPS.Host;

/// <summary>
/// What was asked for on the command line, parsed by pwsh's rules: any prefix of a name from its shortest unambiguous one.
/// </summary>
internal sealed class CommandLine
{
    // Name, and how much of it is enough.
    private static readonly (string Name, string Shortest)[] Switches =
    [
        ("version", "v"), ("help", "h"), ("?", "?"), ("login", "l"), ("noexit", "noe"), ("noprofile", "nop"), ("nologo", "nol"),
        ("noninteractive", "noni"), ("noprofileloadtime", "noprofileloadtime"), ("interactive", "i"),
        ("configurationfile", "configurationfile"), ("configurationname", "config"), ("custompipename", "cus"),
        ("commandwithargs", "commandwithargs"), ("cwa", "cwa"), ("command", "c"), ("file", "f"), ("outputformat", "o"), ("of", "of"),
        ("inputformat", "inp"), ("if", "if"), ("executionpolicy", "ex"), ("ep", "ep"), ("encodedcommand", "e"), ("ec", "ec"),
        ("settingsfile", "settings"), ("workingdirectory", "wo"), ("wd", "wd"), ("servermode", "s"),
    ];

    private readonly string[] _args;
    private int _next;

    private CommandLine(string[] args) => _args = args;

    public string? Error { get; private set; }
    public bool ShowVersion { get; private set; }
    public bool ShowHelp { get; private set; }
    public bool NoProfile { get; private set; }
    public bool NoLogo { get; private set; }
    public bool NonInteractive { get; private set; }
    public bool NoExit { get; private set; }
    public bool ServerMode { get; private set; }
    public bool ReadCommandsFromInput { get; private set; }
    public string? Command { get; private set; }
    public string? File { get; private set; }
    public string? WorkingDirectory { get; private set; }
    public List<CommandParameter> Arguments { get; } = [];

    /// <summary>Nothing to run was named, so a prompt is wanted.</summary>
    public bool IsPrompt => NoExit || (Command is null && File is null && !ReadCommandsFromInput);

    public static CommandLine Parse(string[] args)
    {
        var line = new CommandLine(args);
        while (line.Error is null && line._next < args.Length && line.ParseOne())
        {
        }

        return line;
    }

    private bool ParseOne()
    {
        var argument = _args[_next++].Trim();
        if (!argument.StartsWith('-') || argument == "-")
        {
            _next--;
            return ParseFile();
        }

        var key = argument.StartsWith("--", StringComparison.Ordinal) ? argument[2..] : argument[1..];
        switch (Array.Find(Switches, one =>
            key.Length >= one.Shortest.Length && one.Name.StartsWith(key, StringComparison.OrdinalIgnoreCase)).Name)
        {
            case "version": ShowVersion = true; return false;
            case "help" or "?": ShowHelp = true; return false;
            case "noexit": NoExit = true; return true;
            case "noprofile": NoProfile = true; return true;
            case "nologo": NoLogo = true; return true;
            case "noninteractive": NonInteractive = true; return true;
            case "servermode": ServerMode = true; return true;
            case "login" or "interactive" or "noprofileloadtime": return true;
            case "command": return ParseCommand();
            case "commandwithargs" or "cwa": return Take(key) is { } text && SetCommand(text) && CollectPlainArguments();
            case "encodedcommand" or "ec": return Take(key) is { } encoded && Decode(encoded);
            case "file": return !IsMissing("-File") && ParseFile();
            case "workingdirectory" or "wd": return (WorkingDirectory = Take(key)) is not null;
            case "executionpolicy" or "ep" or "settingsfile" or "configurationfile" or "configurationname" or "custompipename":
                return Take(key) is not null;
            case "inputformat" or "if" or "outputformat" or "of": return Take(key) is { } format && CheckFormat(format);
            default:
                _next--;
                return ParseFile();
        }
    }

    private string? Take(string key)
    {
        if (_next < _args.Length)
        {
            return _args[_next++];
        }

        Error = $"Cannot process the command because of a missing parameter. A value must follow -{key}.";
        return null;
    }

    private bool IsMissing(string name)
    {
        if (_next < _args.Length)
        {
            return false;
        }

        Error = $"Cannot process the command because of a missing parameter. A command must follow {name}.\n{Usage.Text}";
        return true;
    }

    private bool ParseCommand()
    {
        if (IsMissing("-Command"))
        {
            return false;
        }

        if (_args[_next] != "-")
        {
            var text = string.Join(' ', _args[_next..]);
            _next = _args.Length;
            return SetCommand(text);
        }

        if (_next + 1 < _args.Length)
        {
            Error = "'-' was specified with the -Command parameter; no other arguments to -Command are permitted.";
        }
        else if (!Console.IsInputRedirected)
        {
            Error = "'-' was specified as the argument to the -Command parameter, but standard input has not been redirected for "
                + "this process.";
        }

        ReadCommandsFromInput = true;
        return false;
    }

    private bool SetCommand(string text)
    {
        if (Command is not null)
        {
            Error = "Cannot process the command because a command is already specified with -Command or -EncodedCommand.";
            return false;
        }

        Command = text;
        return true;
    }

    private bool Decode(string encoded)
    {
        try
        {
            return SetCommand(Encoding.Unicode.GetString(Convert.FromBase64String(encoded)));
        }
        catch (FormatException)
        {
            Error = "Cannot process the command because the value specified with -EncodedCommand is not properly encoded. "
                + "The value must be Base64 encoded.";
            return false;
        }
    }

    private bool CheckFormat(string format)
    {
        if (!format.Equals("Text", StringComparison.OrdinalIgnoreCase))
        {
            Error = $"Cannot process the command because of an incorrect parameter value. \"{format}\" is not a valid format.\n"
                + "Valid formats are:\nText";
        }

        return Error is null;
    }

    private bool ParseFile()
    {
        var given = _args[_next++];
        if (given == "-")
        {
            ReadCommandsFromInput = true;
            return false;
        }

        var path = Path.GetFullPath(given.StartsWith("~/", StringComparison.Ordinal)
            ? Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), given[2..])
            : given);
        if (!System.IO.File.Exists(path))
        {
            Error = $"The argument '{given}' is not recognized as the name of a script file. Check the spelling of the name, "
                + $"or if a path was included, verify that the path is correct and try again.\n{Usage.Text}";
            return false;
        }

        File = path;
        CollectScriptArguments();
        return false;
    }

    private bool CollectPlainArguments()
    {
        Arguments.AddRange(_args[_next..].Select(argument => new CommandParameter(null, argument)));
        _next = _args.Length;
        return false;
    }

    // The shell has split the words already, so names, values and -Name:value are told apart by their dash and colon alone.
    private void CollectScriptArguments()
    {
        string? pending = null;
        foreach (var argument in _args[_next..])
        {
            var colon = argument.IndexOf(':', StringComparison.Ordinal);
            if (pending is not null)
            {
                Arguments.Add(new CommandParameter(pending, argument));
                pending = null;
            }
            else if (argument.Length < 2 || argument[0] != '-')
            {
                Arguments.Add(new CommandParameter(null, argument));
            }
            else if (colon < 0)
            {
                Arguments.Add(new CommandParameter(argument));
            }
            else if (colon == argument.Length - 1)
            {
                pending = argument[..colon];
            }
            else
            {
                Arguments.Add(new CommandParameter(argument[..colon], ToBoolean(argument[(colon + 1)..])));
            }
        }

        _next = _args.Length;
    }

    private static object ToBoolean(string value) =>
        bool.TryParse(value.AsSpan(value.StartsWith('$') ? 1 : 0), out var truth) ? truth : value;
}

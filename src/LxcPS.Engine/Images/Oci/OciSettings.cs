using System.Globalization;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Images;

/// <summary>What an image's configuration is as keys of a container's, and what of it has no key.</summary>
/// <param name="Settings">Keys and values.</param>
/// <param name="Notes">What is only told, a line each.</param>
internal sealed record OciSettings(IReadOnlyList<KeyValuePair<string, string>> Settings, IReadOnlyList<string> Notes)
{
    private const long AccountsLimit = 1 << 20;
    private static readonly string[] Places = ["dev", "proc", "sys", "etc", "tmp"];

    /// <summary>Reads it, and makes the directories that the container will need.</summary>
    /// <param name="config">The image's configuration.</param>
    /// <param name="rootfs">Its root file system.</param>
    /// <exception cref="LxcException">ImageInvalid: no such user or group in it.</exception>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal static OciSettings Of(OciConfig config, string rootfs)
    {
        List<KeyValuePair<string, string>> settings = [];
        List<string> notes = [];
        using RootfsWriter writer = RootfsWriter.Open(rootfs);
        foreach (string place in Places.Where(place => !writer.Has(place)))
        {
            writer.MakeDirectory(place, place == "tmp" ? RootfsWriter.Shared : RootfsWriter.Executable);
        }

        AddProgram(config, settings, notes);
        foreach (string variable in config.Environment)
        {
            if (IsLine(variable) && variable.IndexOf('=') > 0)
            {
                settings.Add(new("lxc.environment", variable));
            }
            else
            {
                notes.Add($"The variable '{variable}' is left out: a configuration cannot have it");
            }
        }

        if (config.WorkingDirectory is { Length: > 0 } directory && directory != "/")
        {
            AddDirectory(directory, writer, settings, notes);
        }

        if (config.User.Length > 0)
        {
            AddUser(config.User, writer.Root, settings);
        }

        // An image's program is no init: what asks it to end is the signal of its configuration, and SIGTERM where there is none.
        bool known = config.StopSignal.Length > 0 && Signals.TryParse(config.StopSignal, out _);
        settings.Add(new("lxc.signal.halt", known ? config.StopSignal : "SIGTERM"));
        if (config.StopSignal.Length > 0 && !known)
        {
            notes.Add($"The signal '{config.StopSignal}' that is to end the program is not known: it gets SIGTERM");
        }

        notes.AddRange(config.Volumes.Select(volume => $"The image keeps data in {volume}: lxc.mount.entry can put it on a directory of the host"));
        notes.AddRange(config.Ports.Select(port => $"The image serves port {port}"));
        return new OciSettings(settings, notes);
    }

    /// <summary>The other way: what keys of a container's say of its program.</summary>
    /// <param name="architecture">Debian's name of its architecture.</param>
    /// <param name="values">The values of a key.</param>
    internal static OciConfig ConfigOf(string architecture, Func<string, IReadOnlyList<string>> values)
    {
        string One(string key) => values(key) is [.., string last] ? last : string.Empty;
        (string user, string group) = (One("lxc.init.uid"), One("lxc.init.gid"));
        return new OciConfig
        {
            Architecture = architecture,
            Contents = [],
            Command = QuotedWords.Split(One("lxc.init.cmd")),

            // A name alone is the caller's variable, and an image has no caller.
            Environment = [.. values("lxc.environment").Concat(values("lxc.environment.runtime")).Where(variable => variable.IndexOf('=') > 0)],
            User = user.Length + group.Length == 0 ? string.Empty : $"{(user.Length > 0 ? user : "0")}:{(group.Length > 0 ? group : "0")}",
            WorkingDirectory = One("lxc.init.cwd"),
            StopSignal = One("lxc.signal.halt"),
        };
    }

    private static void AddProgram(OciConfig config, List<KeyValuePair<string, string>> settings, List<string> notes)
    {
        if (config.Command.Count == 0)
        {
            notes.Add("The image names no program: lxc.init.cmd is to");
        }
        else if (!config.Command.All(IsLine))
        {
            notes.Add("The program of the image has an argument of several lines, which no configuration can have: lxc.init.cmd is to name another");
        }
        else
        {
            string command = QuotedWords.Join(config.Command);
            settings.Add(new("lxc.init.cmd", command));
            settings.Add(new("lxc.execute.cmd", command));

            // Process 1 ignores signals that it does not handle, and gets orphans: the program is spared both.
            settings.Add(new(ConfigKeys.MinimalInit, "1"));
        }
    }

    private static void AddDirectory(string directory, RootfsWriter writer, List<KeyValuePair<string, string>> settings, List<string> notes)
    {
        if (!IsLine(directory) || directory[0] != '/' || directory.Split('/').Contains(".."))
        {
            notes.Add($"The working directory '{directory}' is left out: it is no path of the container");
            return;
        }

        settings.Add(new("lxc.init.cwd", directory));
        string path = string.Empty;
        foreach (string part in directory.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path += (path.Length > 0 ? "/" : string.Empty) + part;
            if (Exists(writer.Root, path))
            {
                continue;
            }

            // Behind a link of the image nothing is made.
            if (path.Length > part.Length && !writer.Has(path[..(path.Length - part.Length - 1)] + "/."))
            {
                notes.Add($"The working directory '{directory}' is not in the image");
                return;
            }

            writer.MakeDirectory(path);
        }
    }

    private static bool Exists(int root, string path)
    {
        try
        {
            Descriptors.Close(Descriptors.OpenInRoot(root, path, OpenFlags.Path));
            return true;
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
        {
            return false;
        }
    }

    // Names are the image's own: its /etc/passwd and /etc/group say what they mean.
    private static void AddUser(string user, int root, List<KeyValuePair<string, string>> settings)
    {
        string[] parts = user.Split(':');
        List<string[]> users = Accounts(root, "etc/passwd");
        List<string[]> groups = Accounts(root, "etc/group");
        string[]? entry = users.Find(fields => fields.Length > 3 && fields[0] == parts[0]) ?? users.Find(fields => fields.Length > 3 && fields[2] == parts[0]);
        uint userId = Number(entry?[2] ?? parts[0]) ?? throw OciImage.Invalid($"its program runs as '{DisplayText.Of(parts[0])}', who is not in its /etc/passwd");
        uint groupId = parts.Length > 1 && parts[1].Length > 0
            ? Number(groups.Find(fields => fields.Length > 2 && fields[0] == parts[1])?[2] ?? parts[1]) ?? throw OciImage.Invalid($"its program runs in the group '{DisplayText.Of(parts[1])}', which is not in its /etc/group")
            : Number(entry?[3] ?? "0") ?? 0;
        settings.Add(new("lxc.init.uid", userId.ToString(CultureInfo.InvariantCulture)));
        settings.Add(new("lxc.init.gid", groupId.ToString(CultureInfo.InvariantCulture)));
        string[] others = [.. groups.Where(fields => entry is not null && fields.Length > 3 && fields[3].Split(',').Contains(entry[0])).Select(fields => Number(fields[2])).OfType<uint>().Where(id => id != groupId).Select(id => id.ToString(CultureInfo.InvariantCulture))];
        if (parts.Length == 1 && others.Length > 0)
        {
            settings.Add(new("lxc.init.groups", string.Join(',', others)));
        }
    }

    private static List<string[]> Accounts(int root, string path)
    {
        int file = -1;
        try
        {
            file = Descriptors.OpenInRoot(root, path, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
            FileStatus status = FileTree.Status(file, string.Empty);
            return status.IsRegular && status.Size <= AccountsLimit ? [.. Descriptors.ReadText($"/proc/self/fd/{file}").Split('\n').Select(line => line.Split(':'))] : [];
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
        {
            return [];
        }
        finally
        {
            Descriptors.Close(file);
        }
    }

    private static uint? Number(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : null;

    private static bool IsLine(string text) => !text.AsSpan().ContainsAny("\n\r\0");
}

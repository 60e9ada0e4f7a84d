using LxcPS.Engine.Protocol;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>
/// Which containers have a monitor, ours or LXC's, learnt from the kernel's list of sockets in one read: asking hundreds of stopped
/// containers one by one would be hundreds of refused connections. See /proc/net/unix in proc_pid_net(5).
/// </summary>
public sealed class RunningSet
{
    private readonly HashSet<string> names;

    private RunningSet(HashSet<string> names) => this.names = names;

    /// <summary>Reads the list as it is now.</summary>
    public static RunningSet Read() => Parse(Descriptors.ReadText("/proc/net/unix"));

    /// <summary>Whether a monitor listens for the container.</summary>
    public bool Contains(string lxcPath, string name) => names.Count > 0 && names.Contains(ControlSocket.NameOf(lxcPath, name));

    /// <summary>
    /// The names of the containers in a directory that have a monitor; those whose socket's name is too long to show them are looked for among
    /// the containers that there are.
    /// </summary>
    public IEnumerable<string> NamesIn(string lxcPath)
    {
        string start = lxcPath + "/";
        bool hasLong = false;
        foreach (string name in names)
        {
            hasLong |= name.StartsWith("lxc/", StringComparison.Ordinal);
            if (name.StartsWith(start, StringComparison.Ordinal) && name[start.Length..^"/command".Length] is { Length: > 0 } found && !found.Contains('/'))
            {
                yield return found;
            }
        }

        if (hasLong && Directory.Exists(lxcPath))
        {
            foreach (string name in new ContainerStore(lxcPath).Names())
            {
                string socket = ControlSocket.NameOf(lxcPath, name);
                if (!socket.StartsWith(start, StringComparison.Ordinal) && names.Contains(socket))
                {
                    yield return name;
                }
            }
        }
    }

    /// <summary>Takes the abstract names that end as command sockets do.</summary>
    internal static RunningSet Parse(string text)
    {
        HashSet<string> names = [];
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            int at = line.IndexOf('@');
            if (at >= 0 && line.EndsWith("/command", StringComparison.Ordinal))
            {
                names.Add(line[(at + 1)..].ToString());
            }
        }

        return new RunningSet(names);
    }
}

using LxcPS.Engine.Protocol;
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

using System.Text;
using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.Network;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Rootless;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// What a running container has made outside its own namespaces, written to a file before it is made, so that the next start or removal
/// can clear what a killed monitor left. Lines of <c>kind value</c>.
/// </summary>
public sealed class RuntimeRecord
{
    private readonly string path;
    private readonly StringBuilder text = new();
    private readonly HashSet<string> cgroups = [];

    private RuntimeRecord(string path) => this.path = path;

    /// <summary>The directory of records: root's, or the user's own.</summary>
    public static string Directory => RuntimeDirectory.Path + "/records";

    /// <summary>Opens an empty record of a container.</summary>
    public static RuntimeRecord Create(string lxcPath, string name)
    {
        string directory = Directory;
        System.IO.Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new RuntimeRecord(PathOf(lxcPath, name));
    }

    /// <summary>Notes cgroup directories that are about to be made, while it is not known whether they can be.</summary>
    public void AddMaking(IReadOnlyList<string> directories)
    {
        foreach (string directory in directories)
        {
            text.Append("making ").Append(directory).Append('\n');
        }
    }

    /// <summary>Notes cgroup directories; those that are noted already stay so.</summary>
    public void AddCgroups(IEnumerable<string> directories)
    {
        foreach (string directory in directories)
        {
            if (cgroups.Add(directory))
            {
                text.Append("cgroup ").Append(directory).Append('\n');
            }
        }
    }

    /// <summary>Notes what the host has of a network device: its interface, and the addresses that the link answers for.</summary>
    public void AddLink(HostLink link)
    {
        if (link.Name is not null)
        {
            text.Append("interface ").Append(link.Name).Append('\n');
        }

        foreach (string address in link.Proxies)
        {
            text.Append("proxy ").Append(address).Append(' ').Append(link.Device.Link).Append('\n');
        }
    }

    /// <summary>Notes an AppArmor profile and a policy namespace of the container's own.</summary>
    public void AddProfile(string profile, string? policyNamespace)
    {
        text.Append("profile ").Append(profile).Append('\n');
        if (policyNamespace is not null)
        {
            text.Append("policy ").Append(policyNamespace).Append('\n');
        }
    }

    /// <summary>
    /// Writes what was noted since the last time. What is on record stays there whatever happens meanwhile: whoever is killed between emptying
    /// a file and filling it again has lost all of it.
    /// </summary>
    public void Save()
    {
        int fd = Descriptors.Open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append | OpenFlags.NoFollow, 0x180);
        try
        {
            Descriptors.WriteAll(fd, Encoding.UTF8.GetBytes(text.ToString()), path);
            text.Clear();
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    /// <summary>Removes the record: nothing is left.</summary>
    public void Delete() => FileTree.Remove(Descriptors.CurrentDirectory, path);

    /// <summary>
    /// Clears what a killed monitor of the container left. To be called by whoever holds the container's command socket or its lock, when
    /// no monitor lives. Returns whether there was something.
    /// </summary>
    /// <param name="lxcPath">The directory of containers.</param>
    /// <param name="name">The container.</param>
    /// <param name="removeCgroups">For a user: removes the cgroups below one that his containers made (<see cref="UserCgroups"/>).</param>
    public static bool Clear(string lxcPath, string name, Action<string>? removeCgroups)
    {
        string path = PathOf(lxcPath, name);
        if (!FileTree.Exists(path))
        {
            return false;
        }

        foreach (string line in Descriptors.ReadText(path).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int space = line.IndexOf(' ');
            string value = line[(space + 1)..];
            switch (line[..space])
            {
                case "making": CgroupLeftovers.ClearEmpty(value); break;
                case "cgroup": CgroupLeftovers.Clear(value, removeCgroups); break;
                case "profile": AppArmorPlan.Unload(value, null); break;
                case "policy": AppArmorPlan.Unload(null, value); break;
                case "proxy": HostNetwork.RemoveProxy(value[(value.IndexOf(' ') + 1)..], value[..value.IndexOf(' ')]); break;
                case "interface" when HostNetwork.Exists(value): HostNetwork.Remove(value); break;
            }
        }

        FileTree.Remove(Descriptors.CurrentDirectory, path);
        return true;
    }

    private static string PathOf(string lxcPath, string name) =>
        Path.Combine(Directory, $"{ControlSocket.Fnv1a64(lxcPath):x16}-{name}");
}

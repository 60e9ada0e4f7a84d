using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Network;
using LxcPS.Native;

namespace LxcPS.Engine.Rootless;

/// <summary>
/// The network interfaces of a user's container: LXC's setuid program makes them, as far as root allows the user in /etc/lxc/lxc-usernet; see
/// lxc-user-nic(1) and lxc-usernet(5).
/// </summary>
internal static class UserNetwork
{
    private const string Grants = "/etc/lxc/lxc-usernet";

    private static readonly string[] Places =
        ["/usr/libexec/lxc/lxc-user-nic", "/usr/lib/x86_64-linux-gnu/lxc/lxc-user-nic", "/usr/lib/aarch64-linux-gnu/lxc/lxc-user-nic", "/usr/lib/lxc/lxc-user-nic"];

    /// <summary>The program, or null where it is not installed.</summary>
    internal static string? Program => Array.Find(Places, path => FileTree.TryStatus(Descriptors.CurrentDirectory, path, true, out FileStatus status) && status.IsRegular);

    /// <summary>Whether root allows the caller, by name, an interface on a bridge.</summary>
    internal static bool IsGranted(string bridge)
    {
        if (!FileTree.Exists(Grants) || !Permissions.CanAccess(Grants, Permissions.Read))
        {
            return false;
        }

        string user = HostUser.Name;
        foreach (string line in Descriptors.ReadText(Grants).Split('\n'))
        {
            string[] fields = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 4 && fields[0] == user && fields[1] == "veth" && fields[2] == bridge && fields[3] != "0")
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Makes the devices of a plan. They go with the container's network namespace.</summary>
    /// <param name="lxcPath">The directory of containers.</param>
    /// <param name="name">The container.</param>
    /// <param name="plan">Its network.</param>
    /// <param name="pid">A process in its network namespace that the caller may look into.</param>
    /// <exception cref="LxcException">NetworkFailed, with the program's words.</exception>
    internal static void Create(string lxcPath, string name, NetworkPlan plan, int pid)
    {
        foreach (NetworkDevice device in plan.Devices)
        {
            if (device.Type != NetworkType.Veth)
            {
                continue;
            }

            string[] arguments = ["lxc-user-nic", "create", lxcPath, name, $"{pid}", "veth", device.Link ?? "none", device.Name!];
            ProgramResult result = ChildProgram.Run(Program!, arguments, -1, 1 << 12, CancellationToken.None);
            if (result.Exit.ExitCode != 0)
            {
                throw new LxcException(LxcErrorId.NetworkFailed,
                    $"lxc-user-nic refused the network device {device.Index} ({device.Name}): {result.Error.Replace('\n', ' ')}")
                {
                    Step = "network",
                    ConfigKey = device.KeyOf("link"),
                    Errno = Errno.EPERM,
                    Advice = $"Let root add the line '{HostUser.Name} veth {device.Link} 10' to {Grants}, with the bridge and the most interfaces, or raise the number; or set {device.KeyOf("type")} = empty.",
                };
            }
        }
    }
}

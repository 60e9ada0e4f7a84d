using LxcPS.Engine.Mounts;
using LxcPS.Engine.Network;
using LxcPS.Native;

namespace LxcPS.Engine.Rootless;

/// <summary>What a configuration may not ask for where a user starts the container: the kernel gives it to root alone.</summary>
internal static class RootlessRules
{
    /// <summary>Throws when something cannot be had.</summary>
    /// <exception cref="LxcException">PermissionDenied, with the key.</exception>
    internal static void Require(string name, ulong namespaces, bool idMapRootfs, IReadOnlyList<MountEntry> mounts, NetworkPlan network)
    {
        if ((namespaces & Processes.CLONE_NEWUSER) == 0)
        {
            throw Refused(name, "it has no user namespace, in which alone a user has the rights that setting up a container takes", "lxc.idmap",
                "Give it id maps (lxc.idmap) of this user's subordinate ids, or start it as root.");
        }

        if (idMapRootfs)
        {
            throw Refused(name, "only root can have a mount map ids (idmap=container), and the files of a user's container have the ids of its maps on disk", "lxc.rootfs.options",
                "Remove the option where the files are owned by the ids of lxc.idmap, or start it as root.");
        }

        foreach (MountEntry entry in mounts)
        {
            if (entry.IdMap is not null)
            {
                throw Refused(name, $"only root can have a mount map ids: '{entry.Text}'", "lxc.mount.entry", "Remove idmap= from its options.");
            }
        }

        foreach (NetworkDevice device in network.Devices)
        {
            if (device.IsInterface && device.Type != NetworkType.Veth)
            {
                throw Refused(name, "only root can make an interface of this type, or move one of the host's", device.KeyOf("type"),
                    $"Set {device.KeyOf("type")} to veth, empty or none, or start it as root.");
            }

            if (device.Type == NetworkType.Veth && UserNetwork.Program is null)
            {
                throw Refused(name, "network interfaces are made for users by LXC's lxc-user-nic, which is not installed", device.KeyOf("type"),
                    $"Let root install it (apt-get install lxc), with a line for this user in /etc/lxc/lxc-usernet; or set {device.KeyOf("type")} to empty or none.");
            }

            if (device.PairName is not null)
            {
                throw Refused(name, "lxc-user-nic chooses the names of interfaces on the host itself", device.KeyOf("veth.pair"), "Remove the line.");
            }
        }
    }

    private static LxcException Refused(string name, string reason, string key, string advice) =>
        new(LxcErrorId.PermissionDenied, $"Container '{name}' cannot be started by a user: {reason}")
        {
            ContainerName = name,
            Step = "privileges",
            Errno = Errno.EPERM,
            ConfigKey = key,
            Advice = advice,
        };
}

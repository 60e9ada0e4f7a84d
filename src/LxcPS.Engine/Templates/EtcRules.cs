namespace LxcPS.Engine.Templates;

/// <summary>
/// Which names of the host's /etc a container gets. That others can read a file is the first condition and is checked at the copy; these
/// rules leave out what is readable and yet a secret, the host's identity, or orders that only the host's own boot may follow.
/// </summary>
internal static class EtcRules
{
    // Paths below /etc. Written for the container by HostFiles and HostBoot.
    private static readonly HashSet<string> Own = new(StringComparer.Ordinal)
    {
        "passwd", "group", "shadow", "gshadow", "subuid", "subgid", "hostname", "hosts", "machine-id", "resolv.conf", "fstab", "mtab",
        ".updated", "network/interfaces",
    };

    // Directories that programs expect, whose content belongs to the host's boot, hardware or network.
    private static readonly HashSet<string> Emptied = new(StringComparer.Ordinal)
    {
        "systemd/system", "systemd/network", "systemd/user", "rc0.d", "rc1.d", "rc2.d", "rc3.d", "rc4.d", "rc5.d", "rc6.d", "rcS.d",
        "rc.d/rc0.d", "rc.d/rc1.d", "rc.d/rc2.d", "rc.d/rc3.d", "rc.d/rc4.d", "rc.d/rc5.d", "rc.d/rc6.d", "runlevels/boot",
        "runlevels/default", "runlevels/nonetwork", "runlevels/shutdown", "runlevels/sysinit", "modules-load.d", "modprobe.d", "sysctl.d",
        "udev/rules.d", "udev/hwdb.d", "network/interfaces.d", "sysconfig/network-scripts", "exports.d", "auto.master.d",
    };

    private static readonly HashSet<string> Kept = new(StringComparer.Ordinal)
    {
        // Keys that are public by their purpose: without them no package could be verified.
        "apt/keyrings", "apt/trusted.gpg.d", "pki/rpm-gpg", "pacman.d/gnupg", "apk/keys",
    };

    private static readonly HashSet<string> Refused = new(StringComparer.Ordinal)
    {
        // Accounts and what opens them.
        "passwd-", "group-", "shadow-", "gshadow-", "subuid-", "subgid-", ".pwd.lock", "sudoers", "sudoers.d", "doas.conf", "security/opasswd",
        "apt/auth.conf", "apt/auth.conf.d", "krb5.keytab", "sssd", "samba/private", "ldap/ldap.conf.d",

        // Networks and their keys.
        "NetworkManager/system-connections", "wireguard", "openvpn", "openconnect", "strongswan.d", "ipsec.d", "ipsec.conf", "ipsec.secrets",
        "swanctl", "ppp", "chatscripts", "wpa_supplicant", "iwd", "netplan", "wvdial.conf", "tor", "tinc",

        // Storage of the host.
        "crypttab", "cryptsetup-keys.d", "luks", "lvm", "mdadm", "mdadm.conf", "multipath", "multipath.conf", "iscsi", "nvme", "zfs",
        "auto.master", "exports", "ceph",

        // The host's boot and devices.
        "adjtime", "modules", "sysctl.conf", "default/grub", "default/grub.d", "grub.d", "kernel", "initramfs-tools", "dracut.conf",
        "dracut.conf.d", "secureboot", "ostree", "selinux/targeted", "binfmt.d", "inittab", "rc.local", "crontab.host",

        // What makes the host a host: other containers, clusters, the cloud it runs in.
        "docker", "containers/auth.json", "containerd", "crio", "kubernetes", "rancher", "cni", "lxc", "lxd", "incus", "libvirt",
        "systemd/nspawn", "systemd/credstore", "systemd/credstore.encrypted", "cloud", "google", "amazon", "waagent.conf", "letsencrypt",
        "puppet", "puppetlabs", "salt", "chef", "ansible", "vault", "vault.d", "consul.d", "nomad.d", "credstore", "credstore.encrypted",
        "npmrc",
    };

    /// <summary>The rule for a path below /etc.</summary>
    /// <param name="path">The path without <c>/etc/</c>.</param>
    /// <param name="isDirectory">Whether it is a directory.</param>
    internal static EtcRule Of(string path, bool isDirectory)
    {
        if (Own.Contains(path))
        {
            return EtcRule.MadeAnew;
        }

        if (Emptied.Contains(path))
        {
            return EtcRule.Empty;
        }

        if (Refused.Contains(path) || (isDirectory ? HostSecrets.IsSecretDirectory(NameOf(path)) : HostSecrets.IsSecretName(NameOf(path)))
            && !Kept.Contains(DirectoryOf(path)))
        {
            return EtcRule.LeaveOut;
        }

        return EtcRule.Copy;
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string DirectoryOf(string path) => path.LastIndexOf('/') is > 0 and int slash ? path[..slash] : string.Empty;
}

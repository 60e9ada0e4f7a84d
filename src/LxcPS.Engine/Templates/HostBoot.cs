using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>
/// What starts in a container that shares the host's programs: a plain system with a login on the console, and none of the host's
/// services. The copy of /etc leaves out every unit, link and runlevel that enables one; here the few are put back that a boot wants.
/// </summary>
internal static class HostBoot
{
    private const string Units = "etc/systemd/system";

    // Units that other packages' directories of wants start without being enabled: they need the hardware, the kernel's modules or
    // terminals that a container does not have.
    private static readonly string[] Masked =
    [
        "systemd-udevd.service", "systemd-udevd-control.socket", "systemd-udevd-kernel.socket", "systemd-udev-trigger.service",
        "systemd-udev-settle.service", "systemd-modules-load.service", "kmod-static-nodes.service", "systemd-hwdb-update.service",
        "systemd-random-seed.service", "systemd-pstore.service", "systemd-rfkill.service", "systemd-rfkill.socket", "systemd-binfmt.service",
        "systemd-remount-fs.service", "systemd-firstboot.service", "systemd-repart.service", "systemd-pcrphase.service",
        "systemd-pcrphase-sysinit.service", "systemd-journald-audit.socket", "systemd-coredump.socket", "systemd-oomd.service",
        "proc-sys-fs-binfmt_misc.automount", "proc-sys-fs-binfmt_misc.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount",
        "sys-kernel-config.mount", "sys-fs-fuse-connections.mount", "dev-hugepages.mount", "getty-static.service",
        "e2scrub_reap.service", "lvm2-monitor.service", "lvm2-lvmpolld.socket", "dm-event.socket", "plymouth-start.service",
        "plymouth-quit.service", "plymouth-quit-wait.service", "plymouth-read-write.service", "packagekit-offline-update.service",
    ];

    // The engine's own addresses stay beside those of a lease.
    private const string NetworkUnit =
        """
        [Match]
        Name=eth0

        [Network]
        DHCP=yes
        KeepConfiguration=yes

        """;

    /// <summary>Whether the host's init is systemd.</summary>
    internal static bool IsSystemd(string hostRoot) =>
        File.Exists(Path.Combine(hostRoot, "usr/lib/systemd/systemd")) || File.Exists(Path.Combine(hostRoot, "lib/systemd/systemd"));

    /// <summary>Writes the boot's files into /etc of the new root.</summary>
    internal static void Write(RootfsWriter writer, string hostRoot)
    {
        if (IsSystemd(hostRoot))
        {
            WriteSystemd(writer, hostRoot);
        }

        if (writer.Has("etc/network"))
        {
            writer.WriteFile("etc/network/interfaces", "auto lo\niface lo inet loopback\n\nsource-directory /etc/network/interfaces.d\n");
        }
    }

    private static void WriteSystemd(RootfsWriter writer, string hostRoot)
    {
        writer.MakeDirectories("etc/systemd", Units, Units + "/multi-user.target.wants", Units + "/getty.target.wants", "etc/systemd/network");
        string units = File.Exists(Path.Combine(hostRoot, "usr/lib/systemd/systemd")) ? "/usr/lib/systemd/system" : "/lib/systemd/system";
        writer.MakeLink(Units + "/default.target", units + "/multi-user.target");
        writer.MakeLink(Units + "/getty.target.wants/console-getty.service", units + "/console-getty.service");
        foreach (string unit in Masked)
        {
            if (Exists(hostRoot, $"{units}/{unit}"))
            {
                writer.MakeLink($"{Units}/{unit}", "/dev/null");
            }
        }

        // Where the message bus has two implementations, this link says which one is used, and nothing else does.
        FileInfo bus = new(Path.Combine(hostRoot, Units, "dbus.service"));
        if (bus.LinkTarget is { } target && target.Contains("/systemd/system/dbus", StringComparison.Ordinal))
        {
            writer.MakeLink(Units + "/dbus.service", target);
        }

        if (Exists(hostRoot, units + "/systemd-networkd.service"))
        {
            writer.WriteFile("etc/systemd/network/eth0.network", NetworkUnit);
            writer.MakeLink(Units + "/multi-user.target.wants/systemd-networkd.service", units + "/systemd-networkd.service");
        }
    }

    private static bool Exists(string hostRoot, string path) => File.Exists(Path.Combine(hostRoot, path.TrimStart('/')));
}

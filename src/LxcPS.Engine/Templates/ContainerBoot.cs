namespace LxcPS.Engine.Templates;

/// <summary>What systemd's units need of a machine that a container does not have: they are masked, see systemctl(1).</summary>
internal static class ContainerBoot
{
    /// <summary>The units, with the reason for each group.</summary>
    internal static IReadOnlyList<(string Reason, string[] Units)> Masked { get; } =
    [
        ("devices are the engine's, which makes them in /dev",
        [
            "systemd-udevd.service", "systemd-udevd-control.socket", "systemd-udevd-kernel.socket", "systemd-udev-trigger.service", "systemd-udev-settle.service",
            "kmod-static-nodes.service", "systemd-hwdb-update.service", "systemd-rfkill.service", "systemd-rfkill.socket", "lvm2-monitor.service",
            "lvm2-lvmpolld.socket", "dm-event.socket", "e2scrub_reap.service",
        ]),
        ("the kernel and its modules, random numbers and crashes are the host's",
        [
            "systemd-modules-load.service", "systemd-random-seed.service", "systemd-pstore.service", "systemd-binfmt.service", "systemd-coredump.socket",
            "systemd-oomd.service", "systemd-journald-audit.socket", "systemd-pcrphase.service", "systemd-pcrphase-sysinit.service",
        ]),
        ("the engine mounts what there is to mount",
        [
            "systemd-remount-fs.service", "proc-sys-fs-binfmt_misc.automount", "proc-sys-fs-binfmt_misc.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount",
            "sys-kernel-config.mount", "sys-fs-fuse-connections.mount", "dev-hugepages.mount", "systemd-repart.service",
        ]),
        ("nobody sits at the terminals that it would use",
        [
            "systemd-firstboot.service", "getty-static.service", "plymouth-start.service", "plymouth-quit.service", "plymouth-quit-wait.service",
            "plymouth-read-write.service", "packagekit-offline-update.service",
        ]),
    ];

    // The engine's own addresses stay beside those of a lease; without a network the boot waits for none.
    private const string NetworkUnit =
        """
        [Match]
        Name=eth0

        [Link]
        RequiredForOnline=no

        [Network]
        DHCP=yes
        KeepConfiguration=yes

        """;

    private const string Units = "etc/systemd/system";

    /// <summary>Masks the units that a system has; one line for each group, which says why.</summary>
    /// <param name="writer">The new root.</param>
    /// <param name="has">Whether the system has a unit.</param>
    internal static List<string> Mask(RootfsWriter writer, Func<string, bool> has)
    {
        List<string> changes = [];
        foreach ((string reason, string[] units) in Masked)
        {
            List<string> masked = [.. units.Where(unit => has(unit) && !writer.Has($"{Units}/{unit}"))];
            writer.MakeLinks(Units + "/", masked, "/dev/null");
            if (masked.Count > 0)
            {
                changes.Add($"Masked, as {reason}: {string.Join(", ", masked)}");
            }
        }

        return changes;
    }

    /// <summary>Has systemd-networkd ask for a lease on eth0, where there is one.</summary>
    internal static void EnableNetwork(RootfsWriter writer, string units)
    {
        writer.MakeDirectories("etc/systemd/network", Units + "/multi-user.target.wants");
        writer.WriteFile("etc/systemd/network/eth0.network", NetworkUnit);
        if (!writer.Has(Units + "/multi-user.target.wants/systemd-networkd.service"))
        {
            writer.MakeLink(Units + "/multi-user.target.wants/systemd-networkd.service", units + "/systemd-networkd.service");
        }
    }
}

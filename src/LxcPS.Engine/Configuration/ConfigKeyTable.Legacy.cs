namespace LxcPS.Engine.Configuration;

// Source of the names: lxc-update-config(1) and the LXC 2.0 edition of lxc.container.conf(5).
public static partial class ConfigKeyTable
{
    private static readonly Dictionary<string, string?> LegacyNames = new(StringComparer.Ordinal)
    {
        ["lxc.aa_allow_incomplete"] = "lxc.apparmor.allow_incomplete",
        ["lxc.aa_profile"] = "lxc.apparmor.profile",
        ["lxc.console"] = "lxc.console.path",
        ["lxc.devttydir"] = "lxc.tty.dir",
        ["lxc.haltsignal"] = "lxc.signal.halt",
        ["lxc.id_map"] = "lxc.idmap",
        ["lxc.init_cmd"] = "lxc.init.cmd",
        ["lxc.init_gid"] = "lxc.init.gid",
        ["lxc.init_uid"] = "lxc.init.uid",
        ["lxc.kmsg"] = null,
        ["lxc.limit"] = "lxc.prlimit",
        ["lxc.logfile"] = "lxc.log.file",
        ["lxc.loglevel"] = "lxc.log.level",
        ["lxc.network"] = "lxc.net",
        ["lxc.pivotdir"] = null,
        ["lxc.pts"] = "lxc.pty.max",
        ["lxc.rebootsignal"] = "lxc.signal.reboot",
        ["lxc.rootfs"] = "lxc.rootfs.path",
        ["lxc.rootfs.backend"] = "lxc.rootfs.path",
        ["lxc.se_context"] = "lxc.selinux.context",
        ["lxc.seccomp"] = "lxc.seccomp.profile",
        ["lxc.stopsignal"] = "lxc.signal.stop",
        ["lxc.syslog"] = "lxc.log.syslog",
        ["lxc.tty"] = "lxc.tty.max",
        ["lxc.utsname"] = "lxc.uts.name",
    };

    private static readonly (string Old, string New)[] LegacyFamilies =
    [
        ("lxc.network.", "lxc.net."),
        ("lxc.limit.", "lxc.prlimit."),
    ];
}

using static LxcPS.Engine.Configuration.ConfigKeyEffect;
using static LxcPS.Engine.Configuration.ConfigKeySupport;
using Kind = LxcPS.Engine.Configuration.ConfigValueKind;

namespace LxcPS.Engine.Configuration;

public static partial class ConfigKeyTable
{
    // Keys whose last part is any name: of a control group file, a limit, a kernel parameter, a file of /proc.
    private static readonly string[] Families = ["lxc.cgroup2.", "lxc.cgroup.", "lxc.prlimit.", "lxc.sysctl.", "lxc.proc."];

    private static readonly string[] Architectures =
    [
        "aarch64", "amd64", "arm", "arm64", "armel", "armhf", "armv7l", "athlon", "i386", "i486", "i586", "i686", "linux32", "linux64",
        "loong64", "loongarch64", "mips", "mips64", "mips64el", "mipsel", "powerpc", "powerpc64", "ppc", "ppc64", "ppc64el", "ppc64le",
        "riscv64", "s390x", "x32", "x86", "x86_64",
    ];

    private static readonly string[] Namespaces = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];

    private static readonly ConfigKey[] Rows =
    [
        new("lxc.include", Kind.Path, Served, "A file that is read at this place, or a directory whose *.conf files are") { IsList = true },
        new("lxc.arch", Kind.Choice, Served, "The architecture that programs in the container see") { Choices = Architectures },
        new("lxc.uts.name", Kind.HostName, Served, "The host name of the container; its own name when absent"),

        new("lxc.signal.halt", Kind.Signal, Served, "The signal that asks init to shut down; SIGPWR when absent"),
        new("lxc.signal.reboot", Kind.Signal, Served, "The signal that asks init to reboot; SIGINT when absent"),
        new("lxc.signal.stop", Kind.Signal, Served, "The signal that ends init at once; SIGKILL when absent"),
        new("lxc.execute.cmd", Kind.Text, Served, "The command that lxc-execute and Start-LxcContainer -Execute run") { Effect = WhenUsed },
        new("lxc.init.cmd", Kind.Text, Served, "The init program and its arguments; /sbin/init when absent"),
        new("lxc.init.cwd", Kind.Path, Served, "The working directory of init"),
        new("lxc.init.uid", Kind.Number, Served, "The user id that init runs as, an id of the container"),
        new("lxc.init.gid", Kind.Number, Served, "The group id that init runs as, an id of the container"),
        new("lxc.init.groups", Kind.Numbers, Served, "The supplementary group ids of init, with commas between them"),
        new("lxc.sched.core", Kind.Flag, Served, "1 gives the container a core scheduling domain of its own"),
        new("lxc.proc", Kind.None, Served, "Without a value: clears all lxc.proc keys"),
        new("lxc.proc.*", Kind.Text, Served, "A value for a file of init's /proc directory, e.g. lxc.proc.oom_score_adj") { IsList = true },
        new("lxc.ephemeral", Kind.Flag, Served, "1 removes the container when it has stopped"),

        new("lxc.net", Kind.None, Served, "Without a value: clears all network keys above it"),
        new("lxc.net.[i]", Kind.None, Served, "Without a value: clears the keys of this interface above it"),
        new("lxc.net.[i].type", Kind.Choice, Served, "The kind of the interface; none: the host's network")
        {
            Choices = ["none", "empty", "veth", "vlan", "macvlan", "ipvlan", "phys"],
        },
        new("lxc.net.[i].flags", Kind.Choice, Served, "up brings the interface up") { Choices = ["up"] },
        new("lxc.net.[i].link", Kind.Interface, Served, "The host's bridge or interface that it is connected to"),
        new("lxc.net.[i].l2proxy", Kind.Flag, Served, "1 answers neighbour requests for the container's addresses on the link"),
        new("lxc.net.[i].mtu", Kind.Count, Served, "The largest packet in bytes"),
        new("lxc.net.[i].name", Kind.Interface, Served, "The name of the interface in the container"),
        new("lxc.net.[i].hwaddr", Kind.HardwareAddress, Served, "The hardware address; x stands for a random digit"),
        new("lxc.net.[i].ipv4.address", Kind.IPv4Address, Served, "An IPv4 address: address[/prefix] [broadcast]") { IsList = true },
        new("lxc.net.[i].ipv4.gateway", Kind.IPv4Gateway, Served, "The IPv4 default gateway; auto: the link's address; dev: the interface"),
        new("lxc.net.[i].ipv6.address", Kind.IPv6Address, Served, "An IPv6 address: address[/prefix]") { IsList = true },
        new("lxc.net.[i].ipv6.gateway", Kind.IPv6Gateway, Served, "The IPv6 default gateway; auto: the link's address; dev: the interface"),
        new("lxc.net.[i].script.up", Kind.Text, Served, "A program of the host that runs when the interface has been made"),
        new("lxc.net.[i].script.down", Kind.Text, Served, "A program of the host that runs before the interface goes"),
        new("lxc.net.[i].veth.mode", Kind.Choice, Served, "veth: connect by a bridge or by routes")
        {
            Choices = ["bridge", "router"],
        },
        new("lxc.net.[i].veth.pair", Kind.Interface, Served, "veth: the name of the host's end"),
        new("lxc.net.[i].veth.ipv4.route", Kind.IPv4Route, Served, "veth: an IPv4 route of the host to the container") { IsList = true },
        new("lxc.net.[i].veth.ipv6.route", Kind.IPv6Route, Served, "veth: an IPv6 route of the host to the container") { IsList = true },
        new("lxc.net.[i].veth.n_rxqueues", Kind.Count, Served, "veth: the number of receive queues"),
        new("lxc.net.[i].veth.n_txqueues", Kind.Count, Served, "veth: the number of transmit queues"),
        new("lxc.net.[i].veth.vlan.id", Kind.VlanOrNone, Served, "veth: the VLAN of untagged packets on the bridge"),
        new("lxc.net.[i].veth.vlan.tagged.id", Kind.Vlan, Served, "veth: a VLAN of tagged packets on the bridge") { IsList = true },
        new("lxc.net.[i].vlan.id", Kind.Vlan, Served, "vlan: the VLAN of the interface"),
        new("lxc.net.[i].macvlan.mode", Kind.Choice, Served, "macvlan: how it exchanges packets with its siblings")
        {
            Choices = ["private", "vepa", "bridge", "passthru"],
        },
        new("lxc.net.[i].ipvlan.mode", Kind.Choice, Served, "ipvlan: the layer that it works on") { Choices = ["l3", "l3s", "l2"] },
        new("lxc.net.[i].ipvlan.isolation", Kind.Choice, Served, "ipvlan: how it exchanges packets with its siblings")
        {
            Choices = ["bridge", "private", "vepa"],
        },

        new("lxc.pty.max", Kind.Number, Served, "The most pseudoterminals that the container can have besides its console and ttys"),
        new("lxc.console.buffer.size", Kind.BufferSize, Served, "Bytes of console output kept in memory; auto: 128 KiB"),
        new("lxc.console.size", Kind.BufferSize, Served, "The most bytes of the console's log file; auto: 128 KiB"),
        new("lxc.console.logfile", Kind.Path, Served, "A file of the host that gets a copy of the console's output"),
        new("lxc.console.rotate", Kind.Flag, Served, "1 keeps one older log file when the log has reached its size"),
        new("lxc.console.path", Kind.Path, Served, "A terminal, another device or a file of the host that the console is joined to; none: no console"),
        new("lxc.tty.max", Kind.Number, Served, "The number of terminals /dev/ttyN"),
        new("lxc.tty.dir", Kind.Text, Served, "A directory below /dev for console and terminals"),
        new("lxc.autodev", Kind.Flag, Served, "1, the default, makes a /dev with the standard devices"),
        new("lxc.autodev.tmpfs.size", Kind.Size, Served, "Bytes of that /dev; 500000 when absent"),

        new("lxc.mount", Kind.None, Served, "Without a value: clears all lxc.mount.entry keys"),
        new("lxc.mount.fstab", Kind.Path, Served, "A file of mounts in the format of fstab(5)"),
        new("lxc.mount.entry", Kind.MountEntry, Served, "A mount: one line of fstab(5)") { IsList = true },
        new("lxc.mount.auto", Kind.AutoMounts, Served, "File systems that are mounted without being listed: proc, sys, cgroup; shmounts:DIRECTORY") { IsList = true },
        new("lxc.rootfs.path", Kind.Path, Served, "The root file system: a directory, or a type, a colon and a path; the host's own when absent"),
        new("lxc.rootfs.mount", Kind.Path, Served, "The directory that it is mounted on before it becomes the root"),
        new("lxc.rootfs.options", Kind.Text, Served, "Options of its mount; idmap=container, or the file of a user namespace, maps its ids"),
        new("lxc.rootfs.managed", Kind.Flag, Served, "0 keeps LXC from removing a root file system outside the container's directory, which LxcPS never does") { Effect = WhenUsed },

        new("lxc.cgroup", Kind.None, Served, "Without a value: clears all lxc.cgroup keys for files"),
        new("lxc.cgroup.*", Kind.Text, Served, "A value for a control group file of a version 1 controller") { IsList = true, Effect = Live },
        new("lxc.cgroup2", Kind.None, Served, "Without a value: clears all lxc.cgroup2 keys"),
        new("lxc.cgroup2.*", Kind.Text, Served, "A value for a control group file of version 2") { IsList = true, Effect = Live },
        new("lxc.cgroup.dir", Kind.RelativePath, Served, "The directory below which the container's control groups are made"),
        new("lxc.cgroup.dir.container", Kind.RelativePath, Served, "The control group of the container's processes"),
        new("lxc.cgroup.dir.monitor", Kind.RelativePath, Served, "The control group of its monitor"),
        new("lxc.cgroup.dir.monitor.pivot", Kind.RelativePath, Served, "The control group that the monitor moves to at the end"),
        new("lxc.cgroup.dir.container.inner", Kind.Component, Served, "A control group inside the container's, which becomes its root"),
        new("lxc.cgroup.relative", Kind.Flag, Served, "1 makes the control groups below the caller's own"),

        new("lxc.cap.drop", Kind.Capabilities, Served, "Capabilities that the container does not get") { IsList = true },
        new("lxc.cap.keep", Kind.Capabilities, Served, "The only capabilities that the container gets; none: no capability") { IsList = true },
        new("lxc.namespace.clone", Kind.Choices, Served, "The namespaces that are made for the container") { Choices = Namespaces },
        new("lxc.namespace.keep", Kind.Choices, Served, "The namespaces that stay the host's") { Choices = Namespaces },
        .. RowsOf("lxc.namespace.share.", Namespaces, Kind.Text, "A process or a container whose {0} namespace is joined"),
        new("lxc.time.offset.boot", Kind.TimeOffset, Served, "The offset of the clock that counts from boot"),
        new("lxc.time.offset.monotonic", Kind.TimeOffset, Served, "The offset of the monotonic clock"),
        new("lxc.prlimit", Kind.None, Served, "Without a value: clears all lxc.prlimit keys"),
        new("lxc.prlimit.*", Kind.ResourceLimit, Served, "A resource limit of init: soft[:hard]; see setrlimit(2)"),
        new("lxc.sysctl", Kind.None, Served, "Without a value: clears all lxc.sysctl keys"),
        new("lxc.sysctl.*", Kind.Text, Served, "A kernel parameter of the container's namespaces"),

        new("lxc.apparmor.profile", Kind.AppArmorProfile, Served, "The AppArmor profile: generated (when absent), unconfined, unchanged, or lxc-NAME"),
        new("lxc.apparmor.allow_incomplete", Kind.Flag, Served, "1 starts although the kernel or the parser lacks something that confining takes"),
        new("lxc.apparmor.allow_nesting", Kind.Flag, Served, "1 lets containers run inside"),
        new("lxc.apparmor.raw", Kind.Text, Served, "A rule for the generated profile") { IsList = true },
        new("lxc.selinux.context", Kind.Text, Served, "The SELinux context of the container, on a kernel with SELinux"),
        new("lxc.selinux.context.keyring", Kind.Text, Served, "The SELinux context of its keyring; that of the container when absent"),
        new("lxc.keyring.session", Kind.Flag, Served, "0 keeps the caller's session keyring"),
        new("lxc.seccomp.profile", Kind.Path, Served, "The file of the seccomp policy"),
        new("lxc.seccomp.allow_nesting", Kind.Flag, Served, "0 leaves the policy out where another is in force already; 1, and no value, add it"),
        new("lxc.seccomp.notify.proxy", Kind.UnixSocket, Served, "The socket that answers for the system calls the policy reports"),
        new("lxc.seccomp.notify.cookie", Kind.Text, Served, "Text that is sent with each report"),
        new("lxc.no_new_privs", Kind.Flag, Served, "1 keeps programs in the container from gaining privileges by execve(2)"),
        new("lxc.idmap", Kind.IdMap, Served, "A range of ids: u or g, first id inside, first id of the host, how many") { IsList = true },

        new("lxc.hook", Kind.None, Served, "Without a value: clears all hooks"),
        new("lxc.hook.version", Kind.Choice, Served, "0: hooks are told by arguments; 1: by their environment") { Choices = ["0", "1"] },
        new("lxc.hook.pre-start", Kind.Text, Served, "A program of the host that runs before anything is made") { IsList = true },
        new("lxc.hook.pre-mount", Kind.Text, Served, "Runs in the container's mount namespace before the root file system is mounted") { IsList = true },
        new("lxc.hook.mount", Kind.Text, Served, "Runs in the container's mount namespace when all is mounted") { IsList = true },
        new("lxc.hook.autodev", Kind.Text, Served, "Runs after the mount hooks, to add devices") { IsList = true },
        new("lxc.hook.start-host", Kind.Text, Served, "A program of the host that runs just before init does") { IsList = true },
        new("lxc.hook.start", Kind.Text, Served, "Runs in the container just before init does") { IsList = true },
        new("lxc.hook.stop", Kind.Text, Served, "A program of the host that runs when init has ended, while the namespaces still are") { IsList = true },
        new("lxc.hook.post-stop", Kind.Text, Served, "A program of the host that runs when the container has stopped") { IsList = true },
        new("lxc.hook.clone", Kind.Text, Served, "A program of the host that runs when the container has been copied, for the copy") { IsList = true, Effect = WhenUsed },
        new("lxc.hook.destroy", Kind.Text, Served, "A program of the host that runs before the container is removed") { IsList = true, Effect = WhenUsed },

        new("lxc.log.level", Kind.LogLevel, Served, "How much the monitor logs: TRACE or 0, DEBUG ... FATAL or 8; ERROR when absent"),
        new("lxc.log.file", Kind.Path, Served, "The file of the monitor's log; with a level alone, NAME.log with the container"),
        new("lxc.log.syslog", Kind.LogFacility, Served, "The facility under which the monitor's log goes to syslog(3): daemon, local0 ... local7"),
        new("lxc.start.auto", Kind.Flag, Served, "1 starts the container with the host; for what starts containers then") { Effect = WhenUsed },
        new("lxc.start.delay", Kind.Number, Served, "Seconds that it then waits before the next container") { Effect = WhenUsed },
        new("lxc.start.order", Kind.Integer, Served, "The place of the container then: lower numbers start first") { Effect = WhenUsed },
        new("lxc.monitor.unshare", Kind.Number, Served, "1 gives the monitor, and the hooks that it runs, a mount namespace of their own"),
        new("lxc.monitor.signal.pdeath", Kind.Signal, Served, "The signal that init gets when the monitor dies; SIGKILL when absent"),
        new("lxc.group", Kind.Words, Served, "Groups that the container is started with then") { IsList = true, Effect = WhenUsed },
        new("lxc.environment", Kind.Variable, Served, "A variable of init's environment: NAME=value, or NAME to take the caller's value") { IsList = true },
        new("lxc.environment.runtime", Kind.Variable, Served, "The same, for init alone") { IsList = true },
        new(ConfigKeys.InMemory, Kind.Flag, Served, "1 keeps what the container writes in memory, until it stops; a key of LxcPS, which LXC passes over"),
        new(ConfigKeys.IsolateKernelLog, Kind.Flag, Served, "1 gives the container a kernel log of its own; a key of LxcPS, which LXC passes over"),
        new("lxc.environment.hooks", Kind.Variable, Served, "The same, for hooks alone") { IsList = true },
    ];

    private static ConfigKey[] RowsOf(string prefix, string[] names, Kind kind, string summary) =>
        Array.ConvertAll(names, name => new ConfigKey(prefix + name, kind, name == "mnt" ? Unserved : Served, summary.Replace("{0}", name)));
}

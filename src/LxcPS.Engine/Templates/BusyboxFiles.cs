namespace LxcPS.Engine.Templates;

/// <summary>The few files of a busybox system.</summary>
internal static class BusyboxFiles
{
    /// <summary>What practically every build of busybox has.</summary>
    internal static IReadOnlyList<string> CommonApplets { get; } =
    [
        "[", "[[", "ash", "awk", "basename", "cat", "chgrp", "chmod", "chown", "chroot", "clear", "cp", "cut", "date", "dd", "df", "dirname",
        "dmesg", "du", "echo", "egrep", "env", "expr", "false", "fgrep", "find", "free", "getty", "grep", "gunzip", "gzip", "halt", "head",
        "hostname", "id", "ifconfig", "init", "ip", "kill", "killall", "less", "ln", "login", "logger", "ls", "mkdir", "mknod", "mktemp",
        "more", "mount", "mv", "nc", "nslookup", "pidof", "ping", "poweroff", "printf", "ps", "pwd", "readlink", "reboot", "reset", "rm",
        "rmdir", "route", "sed", "seq", "sh", "sleep", "sort", "stat", "stty", "su", "sync", "syslogd", "tail", "tar", "tee", "telnet",
        "test", "time", "top", "touch", "tr", "traceroute", "true", "tty", "udhcpc", "umount", "uname", "uniq", "uptime", "vi", "wc", "wget",
        "which", "who", "whoami", "xargs", "yes", "zcat",
    ];

    private const string Inittab =
        """
        ::sysinit:/etc/init.d/rcS
        console::askfirst:-/bin/sh
        tty1::askfirst:-/bin/sh
        ::shutdown:/bin/sync
        ::restart:/sbin/init

        """;

    // Mounts and the host name are the engine's, which follows the configuration and a change of name; an address that it gave stays.
    private const string StartScript =
        """
        #!/bin/sh
        ip link set lo up
        [ -e /sys/class/net/eth0 ] || exit 0
        ip link set eth0 up
        ip -4 addr show dev eth0 | grep -q 'inet ' || udhcpc -b -S -t 3 -T 2 -i eth0 -s /etc/udhcpc/default.script >/dev/null 2>&1 &
        exit 0

        """;

    private const string DhcpScript =
        """
        #!/bin/sh
        [ -n "$interface" ] || exit 1
        case "$1" in
            deconfig)
                ip -4 addr flush dev "$interface"
                ip link set "$interface" up
                ;;
            bound | renew)
                ip -4 addr flush dev "$interface"
                ip addr add "$ip/${mask:-24}" dev "$interface"
                for gateway in $router; do
                    ip route add default via "$gateway" dev "$interface"
                    break
                done
                {
                    [ -n "$domain" ] && echo "search $domain"
                    for server in $dns; do
                        echo "nameserver $server"
                    done
                } >/etc/resolv.conf
                ;;
        esac

        """;

    private const string Profile =
        """
        export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        export PS1='\u@\h:\w\$ '

        """;

    /// <summary>The files as name, text and mode. No password opens an account: a shell is had through the console or an attach.</summary>
    internal static IEnumerable<(string Name, string Text, uint Mode)> Of(string hostName) =>
    [
        ("etc/inittab", Inittab, RootfsWriter.Plain),
        ("etc/init.d/rcS", StartScript, RootfsWriter.Executable),
        ("etc/udhcpc/default.script", DhcpScript, RootfsWriter.Executable),
        ("etc/profile", Profile, RootfsWriter.Plain),
        ("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n", RootfsWriter.Plain),
        ("etc/group", "root:x:0:\ntty:x:5:\nshadow:x:42:\nnogroup:x:65534:\n", RootfsWriter.Plain),
        ("etc/shadow", "root:*:::::::\nnobody:*:::::::\n", 0x180),
        ("etc/shells", "/bin/sh\n/bin/ash\n", RootfsWriter.Plain),
        ("etc/hostname", hostName + "\n", RootfsWriter.Plain),
        ("etc/hosts", HostsText(hostName), RootfsWriter.Plain),
        ("etc/resolv.conf", string.Empty, RootfsWriter.Plain),
    ];

    /// <summary>The text of /etc/hosts for a container.</summary>
    internal static string HostsText(string hostName) =>
        $"127.0.0.1 localhost\n127.0.1.1 {hostName}\n::1 localhost ip6-localhost ip6-loopback\nff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n";

    /// <summary>Reads the output of <c>busybox --list</c>: a name a line. What is no plain file name is dropped.</summary>
    internal static IReadOnlyList<string> ParseApplets(string output)
    {
        List<string> applets = [];
        foreach (string line in output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!line.Contains('/') && !line.Contains(' ') && line is not "." and not "..")
            {
                applets.Add(line);
            }
        }

        return applets;
    }
}

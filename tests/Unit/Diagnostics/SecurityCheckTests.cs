using LxcPS.Engine.Devices;
using LxcPS.Engine.Diagnostics;
using Xunit;

namespace LxcPS.Tests.Diagnostics;

public class SecurityCheckTests
{
    private const string Host =
        "22 27 0:21 / /proc rw,relatime - proc proc rw\n27 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw\n28 27 0:6 / /dev rw - devtmpfs udev rw\n"
        + "29 27 0:30 / /run rw - tmpfs tmpfs rw\n30 28 0:25 / /dev/pts rw - devpts devpts rw\n31 27 0:22 / /sys rw - sysfs sysfs rw\n";

    private const string Own =
        "100 90 254:1 /var/lib/lxc/c/rootfs / rw,relatime,idmapped - ext4 /dev/vda1 rw\n101 100 0:50 / /proc rw - proc proc rw\n"
        + "102 101 0:50 /sys /proc/sys ro - proc proc rw\n103 101 0:50 /sysrq-trigger /proc/sysrq-trigger ro - proc proc rw\n"
        + "104 101 0:6 /null /proc/kcore rw - devtmpfs udev rw\n105 100 0:51 / /sys rw - sysfs sysfs rw\n106 105 0:51 / /sys ro - sysfs sysfs rw\n"
        + "107 100 0:52 / /dev rw - tmpfs none rw\n108 107 0:6 /null /dev/null rw - devtmpfs udev rw\n109 107 0:53 / /dev/pts rw - devpts devpts rw\n";

    private static readonly string[] AllShared = ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"];

    [Fact]
    public void AConfinedContainerHasNoFinding() =>
        Assert.DoesNotContain(Judge(), finding => finding.Severity != SecuritySeverity.None);

    [Theory]
    [InlineData("user", "User namespace", SecuritySeverity.High)]
    [InlineData("mnt", "Namespace mnt", SecuritySeverity.Critical)]
    [InlineData("pid", "Namespace pid", SecuritySeverity.High)]
    [InlineData("net", "Namespace net", SecuritySeverity.High)]
    [InlineData("ipc", "Namespace ipc", SecuritySeverity.Medium)]
    [InlineData("cgroup", "Namespace cgroup", SecuritySeverity.Low)]
    [InlineData("uts", "Namespace uts", SecuritySeverity.Low)]
    public void EachSharedNamespaceIsOneFinding(string kind, string name, SecuritySeverity severity)
    {
        Assert.Equal(severity, Severity(Judge(shared: [kind]), name));
        Assert.Equal(SecuritySeverity.None, Severity(Judge(shared: [.. AllShared.Where(other => other != kind)]), name));
    }

    [Fact]
    public void TheTotalIsTheSumAndAtMostAHundred()
    {
        IReadOnlyList<SecurityFinding> two = Judge(shared: ["ipc", "uts"]);
        Assert.All(two, finding => Assert.Equal(12, finding.Total));
        Assert.Equal("Namespace ipc", two[0].Name);
        Assert.All(Judge(shared: AllShared), finding => Assert.Equal(100, finding.Total));
    }

    [Theory]
    [InlineData("0 1000000 65536\n", SecuritySeverity.None, SecuritySeverity.None)]
    [InlineData("0 0 65536\n", SecuritySeverity.High, SecuritySeverity.Medium)]
    [InlineData("0 1000 10\n", SecuritySeverity.None, SecuritySeverity.Medium)]
    [InlineData("0 1001 10\n1 0 1\n", SecuritySeverity.High, SecuritySeverity.None)]
    public void AMapIsJudgedByTheHostsIds(string map, SecuritySeverity root, SecuritySeverity users)
    {
        IReadOnlyList<SecurityFinding> findings = Judge(map: map, accounts: "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\nnobody:x:65534:1::/:/bin/false\n");
        Assert.Equal(root, Severity(findings, "User namespace"));
        Assert.Equal(users, Severity(findings, "Ids of host users"));
    }

    [Theory]
    [InlineData("0 1065535 1\n", SecuritySeverity.Medium)]
    [InlineData("0 1065536 1\n", SecuritySeverity.None)]
    public void IdsOfAnotherContainerOverlapByOneIdAlready(string other, SecuritySeverity severity) =>
        Assert.Equal(severity, Severity(Judge(others: [new("other", other)]), "Ids of other containers"));

    [Theory]
    [InlineData("lxc-c (enforce)", SecuritySeverity.None)]
    [InlineData("lxc-c//&:lxc-c:unconfined (enforce)", SecuritySeverity.None)]
    [InlineData("lxc-c (kill)", SecuritySeverity.None)]
    [InlineData("lxc-c (complain)", SecuritySeverity.Low)]
    [InlineData("lxc-c (unconfined)", SecuritySeverity.Low)]
    [InlineData("unconfined", SecuritySeverity.Low)]
    [InlineData(null, SecuritySeverity.Low)]
    public void ALabelCountsWhenItIsEnforced(string? label, SecuritySeverity severity)
    {
        Assert.Equal(severity, Severity(Judge(label: label), "AppArmor"));
        Assert.Equal(severity == SecuritySeverity.None ? severity : SecuritySeverity.High, Severity(Judge(label: label, shared: ["user"]), "AppArmor"));
    }

    [Fact]
    public void OneThreadWithoutIsEnough()
    {
        Assert.Equal(SecuritySeverity.Low, Severity(Judge(secondThread: new ThreadFact(8, Status(), "unconfined\n")), "AppArmor"));
        Assert.Equal(SecuritySeverity.Low, Severity(Judge(secondThread: new ThreadFact(8, Status(seccomp: 0, filters: 0), "lxc-c (enforce)\n")), "Seccomp"));
        Assert.Equal(SecuritySeverity.Low, Severity(Judge(secondThread: new ThreadFact(8, Status(locked: 0), "lxc-c (enforce)\n")), "No new privileges"));
    }

    [Theory]
    [InlineData(2, 1, 0, SecuritySeverity.None)]
    [InlineData(0, 0, 0, SecuritySeverity.Low)]
    [InlineData(2, 1, 1, SecuritySeverity.Low)]
    [InlineData(2, 2, 1, SecuritySeverity.None)]
    public void AFilterOfTheSessionIsNoneOfTheContainers(int seccomp, int filters, int outer, SecuritySeverity severity) =>
        Assert.Equal(severity, Severity(Judge(status: Status(seccomp, filters), monitor: Status(outer > 0 ? 2 : 0, outer)), "Seccomp"));

    [Theory]
    [InlineData("000001ffffffffff", SecuritySeverity.Critical)]
    [InlineData("0000000000200000", SecuritySeverity.High)]
    [InlineData("0000000008000000", SecuritySeverity.Medium)]
    [InlineData("00000000000000ff", SecuritySeverity.High)]
    [InlineData("00000000000000fb", SecuritySeverity.None)]
    public void CapabilitiesCountInTheHostsUserNamespace(string mask, SecuritySeverity severity)
    {
        Assert.Equal(severity, Severity(Judge(status: Status(capabilities: mask), shared: ["user"]), "Capabilities"));
        Assert.Equal(SecuritySeverity.None, Severity(Judge(status: Status(capabilities: mask)), "Capabilities"));
    }

    [Theory]
    [InlineData("150 100 254:1 /srv /mnt rw - ext4 /dev/vda1 rw", "Host path /mnt", SecuritySeverity.Low, SecuritySeverity.High)]
    [InlineData("150 100 254:1 /srv /mnt ro - ext4 /dev/vda1 rw", "Host path /mnt", SecuritySeverity.Low, SecuritySeverity.Low)]
    [InlineData("150 100 254:1 /srv /mnt rw,idmapped - ext4 /dev/vda1 rw", "Host path /mnt", SecuritySeverity.Medium, SecuritySeverity.High)]
    [InlineData("150 100 254:1 /etc /mnt rw - ext4 /dev/vda1 rw", "Host path /mnt", SecuritySeverity.High, SecuritySeverity.Critical)]
    [InlineData("150 100 0:30 /docker.sock /run/x rw - tmpfs tmpfs rw", "Control socket /run/x", SecuritySeverity.Critical, SecuritySeverity.Critical)]
    [InlineData("150 100 0:21 / /mnt rw - proc proc rw", "Host path /mnt", SecuritySeverity.High, SecuritySeverity.Critical)]
    [InlineData("150 100 0:25 / /mnt rw - devpts devpts rw", "Host path /mnt", SecuritySeverity.High, SecuritySeverity.Critical)]
    [InlineData("150 105 0:9 / /sys/kernel/debug rw - debugfs none rw", "Kernel file system /sys/kernel/debug", SecuritySeverity.Low, SecuritySeverity.Medium)]
    [InlineData("150 107 254:1 /srv/my\\040data /dev/x rw - ext4 /dev/vda1 rw", "Host path /dev/x", SecuritySeverity.Low, SecuritySeverity.High)]
    public void AMountIsJudgedByWhatItLeadsTo(string line, string name, SecuritySeverity unprivileged, SecuritySeverity privileged)
    {
        Assert.Equal(unprivileged, Severity(Judge(mounts: Own + line + "\n"), name));
        Assert.Equal(privileged, Severity(Judge(mounts: Own + line + "\n", shared: ["user"]), name));
        Assert.DoesNotContain(Judge(), finding => finding.Name == name);
    }

    [Theory]
    [InlineData("150 100 0:60 / /tmp rw - tmpfs none rw")]
    [InlineData("150 107 0:6 /fuse /dev/fuse rw - devtmpfs udev rw")]
    [InlineData("150 100 0:61 / /usr rw - overlay overlay rw,lowerdir=/usr")]
    public void WhatIsItsOwnIsNoPathOfTheHost(string line) =>
        Assert.Equal(Judge(shared: ["user"]).Count, Judge(mounts: Own + line + "\n", shared: ["user"]).Count);

    [Fact]
    public void AnOpenProcCountsForTheHostsRoot()
    {
        string open = Own.Replace("/proc/sysrq-trigger ro", "/proc/sysrq-trigger rw");
        Assert.Equal(SecuritySeverity.None, Severity(Judge(mounts: open), "Proc"));
        Assert.Equal(SecuritySeverity.None, Severity(Judge(shared: ["user"]), "Proc"));
        Assert.Equal(SecuritySeverity.Low, Severity(Judge(mounts: open, shared: ["user"]), "Proc"));
        Assert.Equal(SecuritySeverity.High, Severity(Judge(mounts: open, shared: ["user"], label: "unconfined"), "Proc"));

        // Another one, without the masks of the first.
        Assert.Equal(SecuritySeverity.High, Severity(Judge(mounts: Own + "150 100 0:50 / /mnt rw - proc proc rw\n", shared: ["user"], label: "unconfined"), "Proc"));
    }

    [Theory]
    [InlineData("c 1:3 rwm\n", true, SecuritySeverity.None)]
    [InlineData("a *:* rwm\n", true, SecuritySeverity.Critical)]
    [InlineData("a *:* rwm\n", false, SecuritySeverity.Low)]
    [InlineData(null, true, SecuritySeverity.Critical)]
    public void DevicesThatAreAllAllowedCountWhereNodesCanBeMade(string? rules, bool privileged, SecuritySeverity severity) =>
        Assert.Equal(severity, Severity(Judge(rules: rules, status: Status(capabilities: "000001ffffffffff"), shared: privileged ? ["user"] : []), "Device rules"));

    [Theory]
    [InlineData('c', 1, 3, SecuritySeverity.None, SecuritySeverity.None)]
    [InlineData('c', 136, 4, SecuritySeverity.None, SecuritySeverity.None)]
    [InlineData('c', 1, 1, SecuritySeverity.Critical, SecuritySeverity.Critical)]
    [InlineData('c', 1, 11, SecuritySeverity.Medium, SecuritySeverity.Medium)]
    [InlineData('b', 8, 0, SecuritySeverity.High, SecuritySeverity.Critical)]
    [InlineData('b', 7, 0, SecuritySeverity.Low, SecuritySeverity.Low)]
    [InlineData('c', 10, 229, SecuritySeverity.Low, SecuritySeverity.Low)]
    public void ANodeIsJudgedByItsNumbers(char type, int major, int minor, SecuritySeverity unprivileged, SecuritySeverity privileged)
    {
        Assert.Equal(unprivileged, DeviceFindings.Judge(type, major, minor, false).Severity);
        Assert.Equal(privileged, DeviceFindings.Judge(type, major, minor, true).Severity);
        IReadOnlyList<SecurityFinding> findings = Judge(nodes: [new HostDevice("/dev/x", type, major, minor, 0x1B6)]);
        Assert.Equal(unprivileged != SecuritySeverity.None, findings.Any(finding => finding.Name == "Device /dev/x"));
    }

    [Theory]
    [InlineData("max", true)]
    [InlineData("9223372036854771712", true)]
    [InlineData("-1", true)]
    [InlineData("268435456", false)]
    public void ALimitIsOneWhenItLimits(string value, bool unlimited)
    {
        Assert.Equal(unlimited, ResourceFindings.IsUnlimited(value + "\n"));
        Assert.Equal(unlimited ? SecuritySeverity.Low : SecuritySeverity.None, Severity(Judge(memory: value), "Memory limit"));
    }

    [Fact]
    public void TheKernelLogIsReadByRootOrWhereAllMay()
    {
        Assert.Equal(SecuritySeverity.Low, Severity(Judge(log: "0\n"), "Kernel log"));
        Assert.Equal(SecuritySeverity.Medium, Severity(Judge(log: "0\n", status: Status(seccomp: 0, filters: 0)), "Kernel log"));
        Assert.Equal(SecuritySeverity.None, Severity(Judge(log: "0\n", mounts: Own + "150 107 0:53 /3 /dev/kmsg rw - devpts devpts rw\n"), "Kernel log"));
        Assert.Equal(SecuritySeverity.Low, Severity(Judge(status: Status(capabilities: "000001ffffffffff"), shared: ["user"]), "Kernel log"));
    }

    [Fact]
    public void AbstractNamesAreReadOfTheTable() => Assert.Equal(["@one", "@/two"], NamespaceFindings.AbstractNames(
        "Num RefCount Protocol Flags Type St Inode Path\n0000: 00000002 00000000 00010000 0001 01 100 @one\n0000: 00000003 00000000 00000000 0001 03 101\n"
        + "0000: 00000002 00000000 00010000 0001 01 102 /run/path\n0000: 00000002 00000000 00010000 0005 01 103 @/two\n0000: 00000003 00000000 00000000 0001 03 104 @one\n"));

    private static SecuritySeverity Severity(IReadOnlyList<SecurityFinding> findings, string name) => Assert.Single(findings, finding => finding.Name == name).Severity;

    private static string Status(int seccomp = 2, int filters = 1, int locked = 1, string capabilities = "0000000000000000") =>
        $"Name:\tinit\nPPid:\t6\nCapEff:\t{capabilities}\nCapBnd:\t{capabilities}\nNoNewPrivs:\t{locked}\nSeccomp:\t{seccomp}\nSeccomp_filters:\t{filters}\n";

    private static IReadOnlyList<SecurityFinding> Judge(
        string[]? shared = null, string map = "0 1000000 65536\n", string accounts = "", MappedProcess[]? others = null, string? label = "lxc-c (enforce)",
        string? status = null, string? monitor = null, ThreadFact? secondThread = null, string mounts = Own, string? rules = "c 1:3 rwm\n", HostDevice[]? nodes = null,
        string memory = "1000000", string log = "1\n")
    {
        List<ThreadFact> threads = [new(7, status ?? Status(), label is null ? null : label + "\n")];
        if (secondThread is { } second)
        {
            threads.Add(second);
        }

        return SecurityCheck.Judge("c", "/lxc", new SecurityFacts
        {
            Pid = 7,
            Threads = threads,
            MonitorStatus = monitor ?? Status(seccomp: 0, filters: 0),
            SharedNamespaces = shared ?? [],
            UserMap = map,
            Others = others ?? [],
            Accounts = accounts,
            MountInfo = mounts,
            HostMountInfo = Host,
            DeviceList = rules,
            HasDeviceProgram = rules is null ? false : null,
            Nodes = nodes ?? [],
            MemoryLimit = ("memory.max", memory),
            ProcessLimit = ("pids.max", "100"),
            HasAppArmor = true,
            HasSysRq = true,
            LogRestriction = log,
            UserNamespaces = new UserNamespaceFact(false, string.Empty, string.Empty),
        });
    }
}

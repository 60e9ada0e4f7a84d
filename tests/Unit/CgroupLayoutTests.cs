using LxcPS.Engine;
using LxcPS.Engine.Cgroups;
using Xunit;

namespace LxcPS.Tests;

public class CgroupLayoutTests
{
    private const string Hybrid = """
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid,nodev,noexec,relatime shared:14 - cgroup cgroup rw,cpu,cpuacct
        34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime shared:2 - cgroup cgroup rw,cpuset
        35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime shared:9 - cgroup cgroup rw,xattr,release_agent=/usr/lib/systemd/agent,name=systemd
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate
        """;

    private const string HybridOwn = "9:name=systemd:/user.slice/session-1.scope\n4:memory:/user.slice\n3:cpuset:/\n1:cpuacct,cpu:/user.slice\n0::/user.slice/session-1.scope\n";
    private const string HybridInit = "9:name=systemd:/init.scope\n4:memory:/\n3:cpuset:/\n1:cpuacct,cpu:/\n0::/init.scope\n";

    private const string Pure = "30 23 0:27 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n";

    private static string? Nothing(string path) => null;

    [Fact]
    public void AHybridHostHasItsControllersInV1()
    {
        CgroupLayout layout = CgroupLayout.Parse(Hybrid, HybridOwn, HybridInit, Nothing);
        Assert.Equal(5, layout.Hierarchies.Count);
        Assert.False(layout.IsUnified);
        Assert.Equal("/sys/fs/cgroup/unified", layout.Unified!.MountPoint);
        Assert.Equal("/sys/fs/cgroup/memory", layout.Find("memory")!.MountPoint);
        Assert.Equal("/sys/fs/cgroup/systemd", layout.Find("name=systemd")!.MountPoint);
        Assert.Null(layout.Find("pids"));
        Assert.Null(layout.Find("xattr"));
    }

    [Fact]
    public void AContainerMayHaveSomeHierarchiesAlone()
    {
        CgroupLayout layout = CgroupLayout.Parse(Hybrid, HybridOwn, HybridInit, Nothing);
        Assert.Same(layout, layout.Limited(null));
        // A hierarchy of two controllers is one of those only with both.
        Assert.Equal(["/sys/fs/cgroup/memory", "/sys/fs/cgroup/unified"], layout.Limited(["memory", "cpu"]).Hierarchies.Select(hierarchy => hierarchy.MountPoint));
        Assert.Equal(3, layout.Limited(["memory", "cpuacct", "cpu"]).Hierarchies.Count);
        LxcException error = Assert.Throws<LxcException>(() => layout.Limited(["memory", "pids"]));
        Assert.Equal((LxcErrorId.ConfigUnsupported, "lxc.cgroup.use"), (error.ErrorId, error.ConfigKey));
    }

    [Fact]
    public void CoMountedControllersAreFoundInAnyOrder()
    {
        CgroupHierarchy cpu = CgroupLayout.Parse(Hybrid, HybridOwn, HybridInit, Nothing).Find("cpu")!;
        Assert.Equal("/sys/fs/cgroup/cpu,cpuacct", cpu.MountPoint);
        Assert.Equal(["cpuacct", "cpu"], cpu.Controllers);
        Assert.Equal("/user.slice", cpu.OwnPath);
    }

    [Fact]
    public void WithoutAV1FreezerV2Freezes()
    {
        CgroupLayout layout = CgroupLayout.Parse(Hybrid, HybridOwn, HybridInit, Nothing);
        Assert.Equal(2, layout.Find("freezer")!.Version);
    }

    [Fact]
    public void RootsContainersLeaveTheSessionAndInitsScope()
    {
        CgroupHierarchy unified = CgroupLayout.Parse(Hybrid, HybridOwn, HybridInit, Nothing).Unified!;
        Assert.Equal("/", unified.BaseOf(relative: false));
        Assert.Equal("/user.slice/session-1.scope", unified.BaseOf(relative: true));
    }

    [Fact]
    public void APureHostOffersWhatItsRootDoes()
    {
        CgroupLayout layout = CgroupLayout.Parse(Pure, "0::/user.slice/a.scope\n", "0::/init.scope\n",
            path => path == "/sys/fs/cgroup/cgroup.controllers" ? "cpuset cpu io memory hugetlb pids\n" : null);
        Assert.True(layout.IsUnified);
        Assert.Same(layout.Unified, layout.Find("memory"));
        Assert.Same(layout.Unified, layout.Find("blkio"));
        Assert.Same(layout.Unified, layout.Find("cpuacct"));
        Assert.Null(layout.Find("devices"));
    }

    [Fact]
    public void AUsersContainersAreOfferedWhatTheUsersCgroupHas()
    {
        CgroupLayout layout = CgroupLayout.Parse(Pure, "0::/user.slice/user-1000.slice\n", "0::/init.scope\n",
            path => path == "/sys/fs/cgroup/user.slice/user-1000.slice/cgroup.controllers" ? "memory pids\n" : "cpu memory pids\n", relative: true);
        Assert.Equal(["memory", "pids"], layout.Unified!.Controllers);
    }

    [Fact]
    public void ABindMountOfOneCgroupMapsPathsBelowIt()
    {
        CgroupLayout layout = CgroupLayout.Parse(
            "50 40 0:32 /docker/abc /sys/fs/cgroup/memory ro,relatime - cgroup cgroup rw,memory\n", "4:memory:/docker/abc/x\n", "4:memory:/docker/abc\n", Nothing);
        CgroupHierarchy memory = layout.Find("memory")!;
        Assert.Equal("/sys/fs/cgroup/memory/x", memory.PathOf("/docker/abc/x"));
        Assert.Equal("/sys/fs/cgroup/memory", memory.PathOf("/docker/abc"));
        Assert.False(memory.TryPathOf("/docker/other", out _));
        Assert.False(memory.TryPathOf("/", out _));
        Assert.Equal("/docker/abc", memory.BaseOf(relative: false));
    }

    [Fact]
    public void InACgroupNamespaceMountsFromOutsideHaveDotsInTheirRoot()
    {
        CgroupLayout layout = CgroupLayout.Parse(
            "50 40 0:38 /../.. /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw\n", "0::/\n", null, Nothing);
        CgroupHierarchy unified = Assert.Single(layout.Hierarchies);
        Assert.False(unified.TryPathOf("/", out _));
        Assert.Equal("/sys/fs/cgroup/lxc.payload.b", unified.PathOf("/../../lxc.payload.b"));
        Assert.Null(unified.BaseOf(relative: false));
        LxcPS.Engine.LxcException error = Assert.Throws<LxcPS.Engine.LxcException>(() => unified.PathOf("/a"));
        Assert.Equal(LxcPS.Engine.LxcErrorId.CgroupFailed, error.ErrorId);
    }

    [Fact]
    public void AMountInsideTheNamespaceIsPreferredToOneFromOutside()
    {
        CgroupLayout layout = CgroupLayout.Parse(
            "50 40 0:38 /.. /outer rw - cgroup2 cgroup2 rw\n51 40 0:38 / /inner rw - cgroup2 cgroup2 rw\n", "0::/\n", null, Nothing);
        Assert.Equal("/inner", layout.Unified!.MountPoint);
    }

    [Fact]
    public void ANamespacesNeighbourIsNoPathBelowTheMount()
    {
        CgroupLayout layout = CgroupLayout.Parse("51 40 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/\n", null, Nothing);
        Assert.False(layout.Unified!.TryPathOf("/../other", out _));
        Assert.False(layout.Unified!.TryPathOf("/a/../../b", out _));
    }

    [Fact]
    public void OctalEscapesOfMountPointsAreRead()
    {
        CgroupLayout layout = CgroupLayout.Parse(@"51 40 0:38 / /mnt/c\040g\134x rw - cgroup2 cgroup2 rw" + "\n", "0::/\n", null, Nothing);
        Assert.Equal(@"/mnt/c g\x", layout.Unified!.MountPoint);
    }

    [Fact]
    public void AMountThatALaterOneCoversIsNotUsed()
    {
        const string Covered = """
            30 1 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw
            1 1 8:1 / / rw - ext4 /dev/sda1 rw
            60 30 0:50 / /sys/fs/cgroup rw - tmpfs tmpfs rw
            61 60 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
            """;
        Assert.Equal("/sys/fs/cgroup/unified", CgroupLayout.Parse(Covered, "0::/\n", null, Nothing).Unified!.MountPoint);
    }

    [Fact]
    public void ARemovedCgroupIsShownWithoutItsMark() =>
        Assert.Equal("/gone", CgroupLayout.Parse(Pure, "0::/gone (deleted)\n", null, Nothing).Unified!.OwnPath);

    [Fact]
    public void LinesThatAreNoneArePassedOver() =>
        Assert.Empty(CgroupLayout.Parse("garbage\n1 2 3\n- - - - - - -\n", "nonsense\n7:memory:/\n", "x", Nothing).Hierarchies);
}

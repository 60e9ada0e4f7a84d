using LxcPS.Engine;
using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests;

/// <summary>On the real hierarchies of this host, below a directory of their own in each. Root alone can run them.</summary>
public sealed class ContainerCgroupsTests : IDisposable
{
    private static int serial;

    private readonly string directory = $"lxcps-test-{Environment.ProcessId}-{Interlocked.Increment(ref serial)}";
    private readonly List<(int Pid, int Pidfd)> children = [];
    private ContainerCgroups? cgroups;

    public ContainerCgroupsTests()
    {
        Assert.SkipUnless(Processes.EffectiveUserId == 0, "Making cgroups needs root");
        CgroupHierarchy? any = CgroupLayout.Read().Hierarchies.FirstOrDefault();
        Assert.SkipWhen(any is null, "No cgroup hierarchy is mounted");
        try
        {
            FileTree.MakeDirectory(Descriptors.CurrentDirectory, $"{any!.MountPoint}/{directory}", 0x1ED);
            FileTree.Remove(Descriptors.CurrentDirectory, $"{any.MountPoint}/{directory}", isDirectory: true);
        }
        catch (LinuxException e) when (e.Number is Errno.EROFS or Errno.EACCES or Errno.EPERM)
        {
            Assert.Skip($"The cgroups of this machine cannot be changed: {e.Message}");
        }
    }

    public void Dispose()
    {
        cgroups?.Remove();
        foreach ((_, int pidfd) in children)
        {
            Processes.Signal(pidfd, 9);
            Processes.Wait(pidfd);
            Descriptors.Close(pidfd);
        }

        Assert.Empty(Remains());
    }

    [Fact]
    public void AContainerIsMadeEnteredLimitedFrozenAndRemoved()
    {
        CgroupLayout layout = CgroupLayout.Read();
        ContainerCgroups made = Create(layout);
        Assert.Equal(layout.Hierarchies.Count * 2, made.Directories.Count);
        int pid = Sleep();
        made.EnterPayload(pid, skipUnified: false);
        foreach (string line in CgroupLines(pid))
        {
            Assert.EndsWith($":/{directory}/lxc.payload.c1", line);
        }

        Assert.Equal($"/{directory}/lxc.payload.c1", made.PayloadPath("memory"));
        Assert.Null(made.PayloadPath("nonsense"));
        made.ApplyLimits([("lxc.cgroup2.memory.max", "64M"), ("lxc.cgroup.pids.max", "50")]);
        Assert.Empty(made.Warnings);
        CgroupFiles files = new(layout, made.LimitPath);
        Assert.Equal(64L << 20, CgroupUsage.Read(files).MemoryLimit);
        Assert.Equal((1, 50), (CgroupUsage.Read(files).Pids, CgroupUsage.Read(files).PidsLimit));
        made.Freeze();
        made.Freeze();
        Assert.True(IsFrozen(layout, made));
        made.Thaw();
        Assert.False(IsFrozen(layout, made));
        made.Delegate(100_000, 100_001);
        Assert.Equal(100_000u, FileTree.Status(Descriptors.CurrentDirectory, made.Directories[0], true).UserId);
        Assert.Equal(100_001u, FileTree.Status(Descriptors.CurrentDirectory, made.Directories[0] + "/cgroup.procs", true).GroupId);
        made.Freeze();
        made.Remove();
        Assert.Equal(9, Reap(pid).Value);
        Assert.Empty(made.Directories);
        Assert.Empty(Remains());
    }

    [Fact]
    public void AProcessIsTheContainersWhereItIsInItsCgroupOrBelow()
    {
        ContainerCgroups made = Create(CgroupLayout.Read());
        int pid = Sleep();
        Assert.False(made.Holds(File.ReadAllText($"/proc/{pid}/cgroup")));
        made.EnterPayload(pid, skipUnified: false);
        string inside = File.ReadAllText($"/proc/{pid}/cgroup");
        Assert.True(made.Holds(inside));
        Assert.True(made.Holds(inside.Replace("lxc.payload.c1", "lxc.payload.c1/system.slice/:0::x")));
        Assert.False(made.Holds(inside.Replace("lxc.payload.c1", "lxc.payload.c10")));
        Assert.False(made.Holds(inside.Replace("lxc.payload.c1", "lxc.payload.c/lxc.payload.c1")));
        Assert.False(made.Holds(string.Empty));
        Assert.All(made.OpenedWhileRunning(), file => Assert.True(FileTree.Exists(file.Path)));
        made.Remove();
        Assert.Equal(9, Reap(pid).Value);
    }

    [Theory]
    [InlineData("cgroup")]
    [InlineData("cgroup2")]
    public void EachVersionAloneFreezesAndKills(string without)
    {
        CgroupLayout layout = Without(without);
        Assert.SkipWhen(layout.Find("freezer") is null, "This host has no freezer of this version");
        ContainerCgroups made = Create(layout);
        int pid = Sleep();
        made.EnterPayload(pid, skipUnified: false);
        made.Freeze();
        Assert.True(IsFrozen(layout, made));
        made.Thaw();
        Assert.False(IsFrozen(layout, made));
        made.Freeze();
        made.Remove();
        Assert.Equal(9, Reap(pid).Value);
    }

    [Fact]
    public void AThreadThatEntersOfItsOwnAccordIsInEveryHierarchy()
    {
        CgroupLayout layout = Without("cgroup2");
        Assert.SkipWhen(layout.Hierarchies.Count == 0, "This host has no v1 hierarchy");
        ContainerCgroups made = Create(layout);
        string? text = null;
        using CgroupEntrance entrance = made.OpenEntrance(skipUnified: true);
        Thread thread = new(() =>
        {
            entrance.Enter();
            text = Descriptors.ReadText("/proc/thread-self/cgroup");
        });
        thread.Start();
        thread.Join();
        int inside = text!.Split('\n').Count(line => line.EndsWith($":/{directory}/lxc.payload.c1", StringComparison.Ordinal));
        Assert.Equal(layout.Hierarchies.Count, inside);
    }

    [Fact]
    public void WhatAContainerNestedIsRemovedHoweverDeepItIs()
    {
        CgroupLayout layout = CgroupLayout.Read();
        ContainerCgroups made = Create(layout);
        int pid = Sleep();
        made.EnterPayload(pid, skipUnified: false);
        string name = new('n', 100);
        foreach (string top in made.Directories.Where(path => path.EndsWith("lxc.payload.c1", StringComparison.Ordinal) && !path.Contains("/cpuset/")))
        {
            // 60 names of 100 characters are more than a path may have.
            int fd = Descriptors.Open(top, OpenFlags.ReadOnly | OpenFlags.Directory);
            for (int depth = 0; depth < 60; depth++)
            {
                FileTree.MakeDirectory(fd, name, 0x1ED);
                FileTree.MakeDirectory(fd, "sibling", 0x1ED);
                int next = Descriptors.OpenAt(fd, name, OpenFlags.ReadOnly | OpenFlags.Directory);
                Descriptors.Close(fd);
                fd = next;
            }

            Descriptors.WriteTextAt(fd, "cgroup.procs", pid.ToString());
            Descriptors.Close(fd);
        }

        made.Remove();
        Assert.True(Reap(pid).Signaled);
        Assert.Empty(Remains());
    }

    [Fact]
    public void ANameThatIsTakenGetsANumber()
    {
        Create(CgroupLayout.Read());
        ContainerCgroups second = ContainerCgroups.Create(CgroupLayout.Read(), Plan(("lxc.cgroup.dir", directory)));
        try
        {
            Assert.Equal($"/{directory}/lxc.payload.c1-1", second.PayloadPath(string.Empty) ?? second.PayloadPath("memory"));
            Assert.EndsWith("lxc.monitor.c1-1", second.Directories[^1]);
        }
        finally
        {
            second.Remove();
        }

        Assert.NotEmpty(Remains());
    }

    [Fact]
    public void AnExactNameThatIsTakenIsRefusedAndNothingIsLeft()
    {
        (string, string)[] exact = [("lxc.cgroup.dir.container", directory + "/a"), ("lxc.cgroup.dir.monitor", directory + "/m")];
        Create(CgroupLayout.Read(), exact);
        exact[0].Item2 = directory + "/b";
        LxcException error = Assert.Throws<LxcException>(() => ContainerCgroups.Create(CgroupLayout.Read(), Plan(exact)));
        Assert.Equal(LxcErrorId.CgroupFailed, error.ErrorId);
        Assert.DoesNotContain(Remains(), path => path.EndsWith("/b", StringComparison.Ordinal));
    }

    [Fact]
    public void ARefusedValueIsToldWithFileValueAndKey()
    {
        CgroupLayout layout = CgroupLayout.Read();
        Assert.SkipWhen(layout.Find("pids") is null, "This host has no pids controller");
        ContainerCgroups made = Create(layout);
        LxcException error = Assert.Throws<LxcException>(() => made.ApplyLimits([("lxc.cgroup.pids.max", "-5")]));
        Assert.Equal((LxcErrorId.CgroupRefused, "lxc.cgroup.pids.max", Errno.EINVAL), (error.ErrorId, error.ConfigKey, error.Errno));
        Assert.Contains("'-5'", error.Message);
        Assert.Contains("/pids.max'", error.Message);
    }

    [Fact]
    public void LimitsStandAboveAnInnerCgroup()
    {
        CgroupLayout layout = CgroupLayout.Read();
        Assert.SkipWhen(layout.Find("devices") is null or { Version: 2 }, "This host has no v1 devices controller");
        ContainerCgroups made = Create(layout, ("lxc.cgroup.dir.container", directory + "/limit"), ("lxc.cgroup.dir.monitor", directory + "/monitor"),
            ("lxc.cgroup.dir.container.inner", "inside"));
        made.ApplyLimits([("lxc.cgroup.devices.deny", "a"), ("lxc.cgroup.devices.allow", "/dev/null rwm"), ("lxc.cgroup.cpuset.cpus", "0")]);
        Assert.Equal($"/{directory}/limit", made.LimitPath("devices"));
        Assert.Equal($"/{directory}/limit/inside", made.PayloadPath("devices"));
        int pid = Sleep();
        made.EnterPayload(pid, skipUnified: false);
        Assert.All(CgroupLines(pid), line => Assert.EndsWith("/limit/inside", line));
        Assert.Equal("c 1:3 rwm", Descriptors.ReadText(layout.Find("devices")!.PathOf(made.PayloadPath("devices")!) + "/devices.list").Trim());
    }

    [Fact]
    public void LeftoversAreKilledAndCleared()
    {
        ContainerCgroups made = Create(CgroupLayout.Read());
        int pid = Sleep();
        made.EnterPayload(pid, skipUnified: false);
        foreach (string path in made.Directories)
        {
            Assert.True(CgroupLeftovers.Clear(path));
            Assert.True(CgroupLeftovers.Clear(path));
        }

        Assert.True(Reap(pid).Signaled);
    }

    [Fact]
    public void TheMonitorsCgroupsCanBeMadeLater()
    {
        CgroupLayout layout = CgroupLayout.Read();
        ContainerCgroups made = cgroups = ContainerCgroups.Begin(layout, Plan([("lxc.cgroup.dir", directory)]), making: null);
        made.Complete();
        Assert.Equal(layout.Hierarchies.Count, made.Directories.Count);
        Assert.All(made.Directories, path => Assert.EndsWith("/lxc.payload.c1", path));
        made.MakeMonitor();
        made.MakeMonitor();
        Assert.Equal(layout.Hierarchies.Count * 2, made.Directories.Count);
        Assert.All(made.Directories.Skip(layout.Hierarchies.Count), path => Assert.EndsWith("/lxc.monitor.c1", path));
        Assert.All(made.Directories, path => Assert.True(Directory.Exists(path)));
    }

    [Fact]
    public void InitsUnifiedCgroupIsMadeBeforeTheOthers()
    {
        CgroupLayout layout = CgroupLayout.Read();
        Assert.SkipWhen(layout.Unified is null || layout.IsUnified, "This host has not both versions");
        List<string> told = [];
        ContainerCgroups made = cgroups = ContainerCgroups.Begin(layout, Plan([("lxc.cgroup.dir", directory)]), told.AddRange);
        Assert.StartsWith(layout.Unified!.MountPoint, Assert.Single(made.Directories));
        Assert.Equal(layout.Hierarchies.Count, told.Count);

        // Somebody takes the name in one hierarchy meanwhile.
        string taken = told.First(path => path != made.Directories[0]);
        Directory.CreateDirectory(taken);
        try
        {
            made.Complete();
            Assert.Equal(layout.Hierarchies.Count, made.Directories.Count);
            Assert.Equal($"{taken}-1", Assert.Single(made.Directories, path => path.EndsWith("-1", StringComparison.Ordinal)));
            Assert.Equal($"{taken}-1", told[^1]);
            Assert.All(made.Directories, path => Assert.True(Directory.Exists(path)));
        }
        finally
        {
            made.Remove();
            Directory.Delete(taken);
            Directory.Delete(Path.GetDirectoryName(taken)!);
        }
    }

    [Fact]
    public void WhatAHookLeftInTheMonitorsCgroupIsNotKilled()
    {
        ContainerCgroups made = Create(CgroupLayout.Read());
        int pid = Sleep();
        made.EnterMonitor(pid);
        Assert.All(CgroupLines(pid), line => Assert.EndsWith("/lxc.monitor.c1", line));
        made.Remove();
        Assert.Equal(Readiness.None, Polling.Wait(children[^1].Pidfd, Readiness.Readable, 20));
        Assert.DoesNotContain(CgroupLines(pid), line => line.Contains(directory));
    }

    [Fact]
    public void AChangeOfLimitsIsMadeWholeOrNotAtAll()
    {
        CgroupLayout layout = CgroupLayout.Read();
        Assert.SkipWhen(layout.Find("memory") is null || layout.Find("pids") is null, "This host lacks a controller");
        ContainerCgroups made = Create(layout);
        CgroupFiles files = new(layout, made.LimitPath);
        files.Apply([("lxc.cgroup2.memory.max", "64M"), ("lxc.cgroup2.pids.max", "10")]);
        LxcException error = Assert.Throws<LxcException>(() =>
            files.Apply([("lxc.cgroup2.memory.max", "32M"), ("lxc.cgroup2.pids.max", "20"), ("lxc.cgroup2.cpuset.cpus", "4000")]));
        Assert.Equal(LxcErrorId.CgroupRefused, error.ErrorId);
        CgroupUsage usage = CgroupUsage.Read(files);
        Assert.Equal((64L << 20, 10), (usage.MemoryLimit, usage.PidsLimit));
        files.Set("pids.max", "11");
        Assert.Equal("11", files.Get("pids.max"));
        Assert.Equal(LxcErrorId.ConfigInvalidValue, Assert.Throws<LxcException>(() => files.Get("../pids.max")).ErrorId);
        Assert.Equal(LxcErrorId.CgroupControllerMissing, Assert.Throws<LxcException>(() => files.Get("nonsense.max")).ErrorId);
        Assert.Equal(LxcErrorId.CgroupFailed, Assert.Throws<LxcException>(() => files.Get("pids.nonsense")).ErrorId);
    }

    [Fact]
    public void LimitsOfMemoryAndSwapAreRaisedAndLoweredTogether()
    {
        CgroupLayout layout = CgroupLayout.Read();
        Assert.SkipWhen(layout.Find("memory") is null, "This host has no memory controller");
        ContainerCgroups made = Create(layout);
        CgroupFiles files = new(layout, made.LimitPath);
        Assert.SkipWhen(files.TryGet("memory.memsw.limit_in_bytes") is null && files.TryGet("memory.swap.max") is null, "Swap is not accounted");
        foreach (long size in (long[])[64L << 20, 512L << 20, 32L << 20, CgroupLimits.Unlimited, 16L << 20])
        {
            CgroupLimits limits = new() { Memory = size, MemorySwap = size < 0 ? size : size * 2 };
            Assert.Empty(files.Apply(limits.ToSettings(layout)));
            Assert.Equal(size < 0 ? null : size, CgroupUsage.Read(files).MemoryLimit);
        }
    }

    [Fact]
    public void TwoHundredContainersLeaveNothing()
    {
        CgroupLayout layout = CgroupLayout.Read();
        for (int i = 0; i < 200; i++)
        {
            Create(layout).Remove();
        }

        Assert.Empty(Remains());

        // Other tests of the process open and close theirs meanwhile.
        Assert.DoesNotContain(Directory.GetFiles("/proc/self/fd"), fd => new FileInfo(fd).LinkTarget?.Contains(directory, StringComparison.Ordinal) == true);
    }

    private static CgroupLayout Without(string type)
    {
        IEnumerable<string> mounts = Descriptors.ReadText("/proc/self/mountinfo").Split('\n').Where(line => !line.Contains($" - {type} "));

        // No controllers of v2: handing them on would change the root cgroup of this host.
        return CgroupLayout.Parse(string.Join('\n', mounts), Descriptors.ReadText("/proc/self/cgroup"), Descriptors.ReadText("/proc/1/cgroup"), _ => null);
    }

    private static bool IsFrozen(CgroupLayout layout, ContainerCgroups made) => layout.Find("freezer") is { Version: 1 } freezer
        ? Descriptors.ReadText(freezer.PathOf(made.LimitPath("freezer")!) + "/freezer.state").Trim() == "FROZEN"
        : Descriptors.ReadText(layout.Unified!.PathOf(made.LimitPath(string.Empty)!) + "/cgroup.events").Contains("frozen 1");

    private static CgroupPlan Plan(params (string Key, string Value)[] entries)
    {
        ContainerConfig config = ContainerConfig.Create("/nowhere/config");
        foreach ((string key, string value) in entries)
        {
            config.Set(key, value);
        }

        return CgroupPlan.Parse("c1", config);
    }

    private ContainerCgroups Create(CgroupLayout layout, params (string Key, string Value)[] entries) =>
        cgroups = ContainerCgroups.Create(layout, Plan(entries.Length == 0 ? [("lxc.cgroup.dir", directory)] : entries));

    private int Sleep()
    {
        int pid = Spawning.Start("/bin/sleep", ["sleep", "60"], [], [-1, -1, -1], blockSignals: false, newSession: false);
        children.Add((pid, Processes.OpenPidfd(pid)));
        return pid;
    }

    private ExitStatus Reap(int pid)
    {
        int index = children.FindIndex(child => child.Pid == pid);
        int pidfd = children[index].Pidfd;
        children.RemoveAt(index);
        ExitStatus status = Processes.Wait(pidfd);
        Descriptors.Close(pidfd);
        return status;
    }

    private List<string> CgroupLines(int pid)
    {
        CgroupLayout layout = CgroupLayout.Read();
        List<string> lines = [.. Descriptors.ReadText($"/proc/{pid}/cgroup").Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        Assert.Equal(layout.Hierarchies.Count, lines.Count);
        return lines;
    }

    private List<string> Remains()
    {
        List<string> remains = [];
        foreach (CgroupHierarchy hierarchy in CgroupLayout.Read().Hierarchies)
        {
            string path = $"{hierarchy.MountPoint}/{directory}";
            if (Directory.Exists(path))
            {
                remains.Add(path);
                remains.AddRange(Directory.GetDirectories(path));
            }
        }

        return remains;
    }
}

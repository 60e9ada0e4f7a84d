using System.Diagnostics;
using LxcPS.Engine;
using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests;

/// <summary>The program of v2 on the real kernel, in a cgroup of its own, also where v1 has the devices. Root alone can run them.</summary>
public sealed class DeviceProgramTests : IDisposable
{
    private readonly string directory = $"lxcps-test-{Environment.ProcessId}-devices";
    private readonly CgroupLayout layout = null!;
    private ContainerCgroups? cgroups;

    public DeviceProgramTests()
    {
        Assert.SkipUnless(Processes.EffectiveUserId == 0, "Attaching programs needs root");
        CgroupHierarchy? unified = CgroupLayout.Read().Unified;
        Assert.SkipWhen(unified is null, "This host has no cgroup v2");

        // The host as it is, but for v1: its devices are left to v2.
        string mounts = string.Concat(File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(" - cgroup2 ")).Select(line => line + "\n"));
        layout = CgroupLayout.Parse(mounts, File.ReadAllText("/proc/self/cgroup"), null, path => File.Exists(path) ? File.ReadAllText(path) : null);
        Assert.Null(layout.Find("devices"));
        try
        {
            FileTree.MakeDirectory(Descriptors.CurrentDirectory, $"{unified!.MountPoint}/{directory}", 0x1ED);
            FileTree.Remove(Descriptors.CurrentDirectory, $"{unified.MountPoint}/{directory}", isDirectory: true);
        }
        catch (LinuxException e) when (e.Number is Errno.EROFS or Errno.EACCES or Errno.EPERM)
        {
            Assert.Skip($"The cgroups of this machine cannot be changed: {e.Message}");
        }
    }

    public void Dispose() => cgroups?.Remove();

    [Fact]
    public void AListIsAttachedAndChangedWhileProcessesRun()
    {
        ContainerCgroups made = Make("lxc.cgroup2.devices.deny = a", "lxc.cgroup2.devices.allow = c 1:3 rwm");
        Assert.Equal("null", Openable(made));
        made.ChangeDevices([Rule(true, "c 1:5 r")]);
        Assert.Equal("null zero", Openable(made));
        made.ChangeDevices([Rule(false, "c 1:3 rwm"), Rule(true, "c 1:7 rwm")]);
        Assert.Equal("zero full", Openable(made));
        made.ChangeDevices([DeviceRule.ForAll(true)]);
        Assert.Equal("null zero full", Openable(made));
        made.ChangeDevices([DeviceRule.ForAll(false)]);
        Assert.Equal(string.Empty, Openable(made));
        Assert.Equal("a", Assert.Single(made.DeviceRules!).Text);
    }

    [Fact]
    public void WithoutRulesThereIsNoneUntilTheFirst()
    {
        ContainerCgroups made = Make();
        Assert.Equal("null zero full", Openable(made));
        made.ChangeDevices([Rule(false, "c 1:5 r")]);
        Assert.Equal("null full", Openable(made));
    }

    [Fact]
    public void AChangeLeavesNoOldProgramAndNoGap()
    {
        ContainerCgroups made = Make("lxc.cgroup2.devices.deny = a", "lxc.cgroup2.devices.allow = c 1:3 rwm");

        // Tries a denied device all the time; the first success ends it.
        using Process prober = Start(made, "n=0; while [ $n -lt 20000 ]; do if true </dev/zero; then echo open; exit 1; fi 2>&-; n=$((n+1)); done; echo held");
        for (int i = 0; i < 400; i++)
        {
            made.ChangeDevices([Rule(i % 2 == 0, "c 1:7 rwm")]);
        }

        Assert.Equal("held", prober.StandardOutput.ReadToEnd().Trim());
        prober.WaitForExit();
        // Every program has to allow: had one of the 400 stayed, this would be denied.
        made.ChangeDevices([DeviceRule.ForAll(true)]);
        Assert.Equal("null zero full", Openable(made));
    }

    [Fact]
    public void WhereFilesHaveTheDevicesThereIsNoProgram()
    {
        CgroupLayout real = CgroupLayout.Read();
        Assert.SkipWhen(real.Find("devices") is null, "This host has no v1 devices controller");
        cgroups = Create(real);
        cgroups.ApplyLimits([]);
        Assert.Null(cgroups.DeviceRules);
        Assert.Equal(LxcErrorId.CgroupControllerMissing, Assert.Throws<LxcException>(() => cgroups.ChangeDevices([DeviceRule.ForAll(false)])).ErrorId);
    }

    private static DeviceRule Rule(bool allow, string text)
    {
        Assert.True(DeviceRule.TryParse(allow, text, out DeviceRule rule));
        return rule;
    }

    private string Openable(ContainerCgroups made)
    {
        using Process process = Start(made, "for d in null zero full; do (: </dev/$d) 2>&- && echo $d; done; true");
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text.Trim().Replace('\n', ' ');
    }

    private Process Start(ContainerCgroups made, string script)
    {
        string procs = layout.Unified!.PathOf(made.LimitPath(string.Empty)!) + "/cgroup.procs";
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"echo $$ >{procs}; {script}");
        return Process.Start(start)!;
    }

    private ContainerCgroups Make(params string[] settings)
    {
        cgroups = Create(layout);
        cgroups.ApplyLimits(settings.Select(setting => setting.Split(" = ", 2)).Select(parts => (parts[0], parts[1])));
        Assert.Empty(cgroups.Warnings);
        return cgroups;
    }

    private ContainerCgroups Create(CgroupLayout where)
    {
        ContainerConfig config = ContainerConfig.Create("/nowhere/config");
        config.Set("lxc.cgroup.dir", directory);
        return ContainerCgroups.Create(where, CgroupPlan.Parse("c1", config));
    }
}

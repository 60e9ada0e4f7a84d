using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <content>The devices of a container on cgroup v2, which has no files for them: a program decides. The monitor owns it.</content>
public sealed partial class ContainerCgroups
{
    // What allows everything, in the place of a program that did not: return 1.
    private static readonly ulong[] AllowEverything = [0x00000001_000000B7, 0x95];

    private DeviceList? devices;
    private int deviceProgram = -1;

    /// <summary>The device rules that the program carries out; null where the container's devices are not a program's to decide.</summary>
    public IReadOnlyList<DeviceRule>? DeviceRules => devices?.ToRules();

    /// <summary>
    /// Applies device rules after those before them: a new program takes the place of the old one, and there is no moment without one. All
    /// rules or none.
    /// </summary>
    /// <exception cref="LxcException">CgroupControllerMissing: v1's files have the devices. CgroupRefused: the kernel refuses.</exception>
    public void ChangeDevices(IEnumerable<DeviceRule> rules)
    {
        if (layout.Find("devices") is not null || UnifiedPlace?.Limit is not { } directory)
        {
            throw new LxcException(LxcErrorId.CgroupControllerMissing, "The devices of the container are not decided on by a program of cgroup v2")
            {
                Step = "cgroup",
                Errno = Errno.EOPNOTSUPP,
                Advice = "Write to devices.allow and devices.deny of its cgroup v1.",
            };
        }

        DeviceList changed = DeviceList.Of(devices?.ToRules() ?? []);
        foreach (DeviceRule rule in rules)
        {
            changed.Add(rule);
        }

        try
        {
            AttachProgram(changed, directory);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.CgroupRefused, $"The device rules of the container could not be changed: {e.Message}", e)
            {
                Step = "cgroup",
                Advice = "Run a kernel built with CONFIG_CGROUP_BPF, as root of the host.",
            };
        }

        devices = changed;
    }

    private void AttachDeviceRules()
    {
        if (layout.Find("devices") is not null || UnifiedPlace?.Limit is not { } directory)
        {
            return;
        }

        IReadOnlyList<DeviceRule> rules = DeviceSettings.RulesOf(deviceRules);
        bool isForV2 = deviceRules.Count > 0 && deviceRules[0].ConfigKey.StartsWith(CgroupSetting.Prefix2, StringComparison.Ordinal);
        DeviceList list = DeviceList.OfConfig(rules, isForV2);
        try
        {
            AttachProgram(list, directory);
            devices = list;
        }
        catch (LinuxException e) when (e.Number is Errno.EPERM or Errno.EACCES)
        {
            // The list stays unknown: a later change must not take it for attached.
            warnings.Add($"The device rules could not be attached ({e.Message}); the devices of the cgroup above apply");
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.CgroupRefused, $"The device rules of the container could not be attached: {e.Message}", e)
            {
                Step = "cgroup",
                ConfigKey = deviceRules[0].ConfigKey,
                Advice = "Run a kernel built with CONFIG_CGROUP_BPF, or remove the device rules.",
            };
        }
    }

    private void AttachProgram(DeviceList list, string directory)
    {
        ulong[] program = list.ToProgram();
        if (program.Length == 0)
        {
            if (deviceProgram < 0)
            {
                return;
            }

            program = AllowEverything;
        }

        int cgroup = Descriptors.Open(directory, OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            int attached = DevicePrograms.Attach(cgroup, program, directory, deviceProgram);
            Descriptors.Close(deviceProgram);
            deviceProgram = attached;
        }
        finally
        {
            Descriptors.Close(cgroup);
        }
    }
}

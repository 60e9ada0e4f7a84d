using System.Globalization;
using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Devices;

/// <summary>A device that a container may use, or has.</summary>
/// <param name="Path">Its place in the container; null for a rule alone.</param>
/// <param name="Type"><c>c</c>, <c>b</c>, or <c>a</c> for all devices.</param>
/// <param name="Major">The major number; null for any.</param>
/// <param name="Minor">The minor number; null for any.</param>
/// <param name="Access">What the rules allow; those of the kernel where it runs.</param>
/// <param name="IsConfigured">Whether the configuration has it: the place, or the rule where there is no place.</param>
/// <param name="IsPresent">Whether the node is there; null where it does not run.</param>
/// <param name="Source">The node on the host that is bound.</param>
/// <param name="Mode">The permission bits of the node in the container.</param>
public sealed record DeviceState(
    string? Path, char Type, int? Major, int? Minor, DeviceAccess Access, bool IsConfigured, bool? IsPresent, string? Source, uint? Mode);

/// <summary>The devices of containers.</summary>
public static class DeviceInventory
{
    /// <summary>The devices of a container: nodes by their places, then rules for which there is no node.</summary>
    /// <exception cref="LxcException">ContainerNotFound, Timeout, DeviceFailed, or an error of the configuration file.</exception>
    public static IReadOnlyList<DeviceState> Read(HelperProgram helper, ContainerStore store, string name, CancellationToken cancel)
    {
        ContainerConfig config = store.LoadConfig(name);
        DeviceList configured = new DeviceConfig(config, DeviceConfig.VersionOf(CgroupLayout.Read())).Read();
        CgroupFiles? files = CgroupSettings.FilesOf(store.LxcPath, name);
        DeviceList list = files is null ? configured : CgroupSettings.DevicesOf(store.LxcPath, name, files, configured);
        IReadOnlyList<DeviceEntry> entries = DeviceEntry.Of(config);

        // Looking into a container takes root.
        bool isSeen = files is not null && Processes.EffectiveUserId == 0;
        List<HostDevice> nodes = isSeen ? Nodes(helper, store, name, entries, cancel) : [];
        List<DeviceState> states = [];
        foreach (DeviceEntry entry in entries)
        {
            HostDevice? node = nodes.Find(one => one.Path == entry.Target);
            HostDevice? device = node ?? entry.Device;
            states.Add(new DeviceState(entry.Target, device?.Type ?? 'c', device?.Major, device?.Minor, AccessTo(list, device), true,
                isSeen ? node is not null : null, entry.Source, node?.Mode));
        }

        foreach (HostDevice node in nodes)
        {
            if (!entries.Any(entry => entry.Target == node.Path))
            {
                states.Add(new DeviceState(node.Path, node.Type, node.Major, node.Minor, AccessTo(list, node), false, true, null, node.Mode));
            }
        }

        states.Sort((one, other) => string.CompareOrdinal(one.Path, other.Path));
        HashSet<DeviceRule> known = [.. configured.ToRules()];
        foreach (DeviceRule rule in list.ToRules())
        {
            if (rule.Allow && !states.Exists(state => (state.Type, state.Major ?? DeviceRule.Any, state.Minor ?? DeviceRule.Any) == (rule.Type, rule.Major, rule.Minor)))
            {
                states.Add(new DeviceState(null, rule.Type, NumberOf(rule.Major), NumberOf(rule.Minor), rule.Access, known.Contains(rule), null, null, null));
            }
        }

        return states;
    }

    /// <summary>The places of the devices that a container's configuration has.</summary>
    public static IEnumerable<string> Places(ContainerStore store, string name) => DeviceEntry.Of(store.LoadConfig(name)).Select(entry => entry.Target);

    private static DeviceAccess AccessTo(DeviceList list, HostDevice? device) =>
        device is null ? DeviceAccess.None : list.AccessTo(device.Type, device.Major, device.Minor);

    private static int? NumberOf(int number) => number == DeviceRule.Any ? null : number;

    /// <summary>The device nodes in a running container's /dev and at the places of entries.</summary>
    internal static List<HostDevice> Nodes(
        HelperProgram helper, ContainerStore store, string name, IReadOnlyList<DeviceEntry> entries, CancellationToken cancel)
    {
        List<HostDevice> nodes = [];
        foreach (string[] fields in DeviceHelperCall.Run(helper, new DeviceRequest
        {
            Action = DeviceRequest.Verb.List,
            LxcPath = store.LxcPath,
            Name = name,
            Targets = [.. entries.Select(entry => entry.Target)],
        }, cancel))
        {
            nodes.Add(new HostDevice(fields[1], fields[2][0], Number(fields[3]), Number(fields[4]), (uint)Number(fields[5])));
        }

        return nodes;

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }
}

using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Devices;

/// <summary>
/// Gives containers devices of the host and takes them away: in their configuration and, while they run, in the kernel and in their /dev.
/// All of it changes, or nothing.
/// </summary>
public sealed class DeviceChanger
{
    private readonly HelperProgram helper;
    private readonly ContainerStore store;
    private readonly string name;
    private readonly CancellationToken cancel;

    /// <summary>Refers to a container.</summary>
    public DeviceChanger(HelperProgram helper, ContainerStore store, string name, CancellationToken cancel)
    {
        this.helper = helper;
        this.store = store;
        this.name = name;
        this.cancel = cancel;
    }

    /// <summary>Adds a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="target">Its place in the container; see <see cref="DevicePath"/>.</param>
    /// <param name="access">What the container may do with it.</param>
    /// <param name="mode">The permission bits of its node there; null for those of the host's.</param>
    /// <returns>What the user should know, or null.</returns>
    /// <exception cref="LxcException">DeviceExists, DeviceInvalid, DeviceFailed, CgroupRefused, ContainerBusy, Timeout or an error of the file.</exception>
    public string? Add(HostDevice device, string target, DeviceAccess access, uint? mode)
    {
        RequireRoot();
        using ContainerLock held = store.Lock(name, ConfigChanger.LockTimeout);
        ContainerConfig config = store.LoadConfig(name);
        if (DeviceEntry.Of(config).FirstOrDefault(entry => entry.Target == target) is { } there)
        {
            throw Error(LxcErrorId.DeviceExists, $"Container '{name}' has a device at '{target}' already: '{there.Source}' of the host",
                "Remove it with Remove-LxcDevice, or choose another place with -Target.", target);
        }

        UndoStack undo = new();
        try
        {
            HostDevice node = device;
            if (mode is { } bits)
            {
                node = Wrap(() => OwnNode.Make(store.DirectoryOf(name), target, device, bits, config), target);
                undo.Push("node", () => OwnNode.Remove(store.DirectoryOf(name), node.Path));
            }

            Wrap(() => DeviceEntry.Add(config, node.Path, target), target);
            DeviceConfig rules = new(config, DeviceConfig.VersionOf(CgroupLayout.Read()));
            DeviceList before = rules.Read();
            DeviceAccess missing = access & ~before.AccessTo(device.Type, device.Major, device.Minor);
            if (missing != DeviceAccess.None)
            {
                // The kernel wants one rule that has all of an access: reading and writing of two rules is not both.
                rules.Add(device.ToRule(allow: true, access));
            }

            if (CgroupSettings.FilesOf(store.LxcPath, name) is { } files)
            {
                ChangeRules(files, before, device.ToRule(allow: true, access), undo);
                if (RunHelper(DeviceRequest.Verb.Add, node, target, cancel) != "present")
                {
                    undo.Push("place", () => RunHelper(DeviceRequest.Verb.Remove, node, target, CancellationToken.None));
                }
            }

            config.Save();
            return mode is null && !IdMaps.Of(config).IsEmpty && !IsForOthers(device, access)
                ? $"The node '{device.Path}' is for its owner and group on the host alone, and the container's root is neither: -Mode gives the container a node of its own"
                : null;
        }
        catch
        {
            undo.Unwind();
            throw;
        }
    }

    /// <summary>Removes the device that was added at a place. Who has it open keeps it.</summary>
    /// <exception cref="LxcException">DeviceNotFound: none was added there. DeviceFailed, CgroupRefused, ContainerBusy, Timeout or an error of the file.</exception>
    public void Remove(string target)
    {
        RequireRoot();
        using ContainerLock held = store.Lock(name, ConfigChanger.LockTimeout);
        ContainerConfig config = store.LoadConfig(name);
        IReadOnlyList<DeviceEntry> entries = DeviceEntry.Of(config);
        DeviceEntry entry = entries.FirstOrDefault(one => one.Target == target)
            ?? throw Error(LxcErrorId.DeviceNotFound, $"No device was added to container '{name}' at '{target}'",
                "See Get-LxcDevice; the rules of devices that every container has are changed with Set-LxcCgroup -Key devices.deny.", target);
        entry.RemoveFrom(config);
        UndoStack undo = new();
        try
        {
            CgroupFiles? files = CgroupSettings.FilesOf(store.LxcPath, name);
            if (entry.Device is { } device)
            {
                if (files is not null && RunHelper(DeviceRequest.Verb.Remove, device, target, cancel) == "removed")
                {
                    undo.Push("place", () => RunHelper(DeviceRequest.Verb.Add, device, target, CancellationToken.None));
                }

                RemoveRule(config, files, device, isLast: !entries.Any(one => one != entry && one.Device is { } other && other.IsSame(device)), undo);
            }

            config.Save();
        }
        catch
        {
            undo.Unwind();
            throw;
        }

        // The configuration is what counts: a node that stayed by a fault of the disk would be in nobody's way.
        Wrap(() => OwnNode.Remove(store.DirectoryOf(name), entry.Source), target);
    }

    private static bool IsForOthers(HostDevice device, DeviceAccess access) =>
        ((access & DeviceAccess.Read) == 0 || (device.Mode & 4) != 0) && ((access & DeviceAccess.Write) == 0 || (device.Mode & 2) != 0);

    private void RemoveRule(ContainerConfig config, CgroupFiles? files, HostDevice device, bool isLast, UndoStack undo)
    {
        DeviceConfig rules = new(config, DeviceConfig.VersionOf(CgroupLayout.Read()));
        DeviceList before = rules.Read();

        // Only the rule for this very device, and not one that every container gets.
        DeviceAccess own = before.NamedAccessTo(device.Type, device.Major, device.Minor);
        if (!isLast || before.AllowsByDefault || own == DeviceAccess.None || ContainerCreator.IsDefaultDevice(device.ToRule(allow: true, own)))
        {
            return;
        }

        DeviceRule deny = device.ToRule(allow: false, own);
        rules.Add(deny);
        if (files is not null)
        {
            ChangeRules(files, before, deny, undo);
        }
    }

    private void ChangeRules(CgroupFiles files, DeviceList configured, DeviceRule rule, UndoStack undo)
    {
        DeviceList live = CgroupSettings.DevicesOf(store.LxcPath, name, files, configured);
        DeviceAccess allowed = live.AccessTo(rule.Type, rule.Major, rule.Minor);
        if ((rule.Allow ? rule.Access & ~allowed : rule.Access & allowed) == DeviceAccess.None)
        {
            return;
        }

        IReadOnlyList<DeviceRule> back = live.ToUndo([rule]);
        files.ChangeDevices([rule]);
        undo.Push("rule", () => files.ChangeDevices(back));
    }

    // An undo is not cancelled with what it undoes.
    private string RunHelper(DeviceRequest.Verb verb, HostDevice device, string target, CancellationToken token)
    {
        List<string[]> lines = DeviceHelperCall.Run(helper, new DeviceRequest
        {
            Action = verb,
            LxcPath = store.LxcPath,
            Name = name,
            Device = device,
            Mode = device.Mode & 0x1FF,
            Targets = [target],
        }, token);
        return lines[0][1];
    }

    private void RequireRoot()
    {
        if (Processes.EffectiveUserId != 0)
        {
            throw new LxcException(LxcErrorId.PermissionDenied, $"The devices of container '{name}' can be changed by root only")
            {
                ContainerName = name,
                Errno = Errno.EPERM,
                Advice = "Run the session as root, with sudo for example. Before a start, lxc.mount.entry binds a device that the user may open.",
            };
        }
    }

    private LxcException Error(string id, string message, string advice, string path) =>
        new(id, message) { ContainerName = name, Path = path, Advice = advice };

    private void Wrap(Action action, string target) => Wrap(() =>
    {
        action();
        return true;
    }, target);

    private T Wrap<T>(Func<T> action, string target)
    {
        try
        {
            return action();
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.DeviceFailed, $"The device for '{target}' of container '{name}' could not be prepared: {e.Message}", e)
            {
                ContainerName = name,
                Step = "device",
                Path = e.Path,
            };
        }
    }
}

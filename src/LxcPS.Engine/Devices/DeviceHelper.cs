using LxcPS.Engine.Attach;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Devices;

/// <summary>
/// Gives a running container a device node, takes it away, or tells what is there. The helper gets the mount of the host's node with the
/// host's rights; a child of it joins the container's user and mount namespace and does there what the container's root could do itself. It
/// stays out of the container's PID namespace, so nobody inside sees it.
/// </summary>
public sealed class DeviceHelper
{
    /// <summary>The kind of report line that tells of a device.</summary>
    internal const string ReportKind = "device";

    private readonly DeviceRequest request;
    private readonly Reporter reporter;

    private DeviceHelper(DeviceRequest request, Reporter reporter)
    {
        this.request = request;
        this.reporter = reporter;
    }

    /// <summary>Carries the request out; the result is 0, or 125 when it failed.</summary>
    public static int Run(DeviceRequest request)
    {
        using Reporter reporter = new(request.ReportDescriptor);
        DeviceHelper helper = new(request, reporter);
        return helper.Guard(helper.RunToEnd);
    }

    private int Guard(Func<int> work) => reporter.Guard(work, e => new LxcException(LxcErrorId.DeviceFailed,
        $"The devices of container '{request.Name}' could not be {(request.Action == DeviceRequest.Verb.List ? "read" : "changed")}: {e.Message}", e)
    {
        ContainerName = request.Name,
        Step = "device",
        Advice = e.Number is Errno.ELOOP or Errno.EXDEV ? "A link of the container's is in the way of the path." : null,
    });

    private int RunToEnd()
    {
        ContainerEntrance container = ContainerEntrance.Find(request.LxcPath, request.Name, "device");
        int mount = request.Action == DeviceRequest.Verb.Add ? OpenDevice(request.Device!) : -1;
        int child = Forking.Start(0, -1, () => Guard(() => RunInside(container, mount))).Pidfd;
        return Processes.Wait(child).ExitCode;
    }

    // What a path of the host leads to may have changed since the caller looked: the mount is of the device that the rule is for, or of none.
    private static int OpenDevice(HostDevice device)
    {
        int node = Descriptors.OpenPath(device.Path);
        try
        {
            if (HostDevice.Of(device.Path, FileTree.Status(node, string.Empty)) is not { } found || !found.IsSame(device))
            {
                throw new LxcException(LxcErrorId.DeviceFailed, $"'{DisplayText.Of(device.Path)}' has become another device meanwhile") { Path = device.Path };
            }

            int mount = MountCalls.CloneTree(node, string.Empty, recursive: false);

            // The host's mount may say nodev, which would make the node useless.
            MountCalls.SetAttributes(mount, MountCalls.MOUNT_ATTR_NOSUID | MountCalls.MOUNT_ATTR_NOEXEC, MountCalls.MOUNT_ATTR_NODEV, name: device.Path);
            return mount;
        }
        finally
        {
            Descriptors.Close(node);
        }
    }

    private int RunInside(ContainerEntrance container, int mount)
    {
        container.Enter();
        DevicePlaces places = new(Descriptors.Open("/", OpenFlags.Path | OpenFlags.Directory), request.Name);
        switch (request.Action)
        {
            case DeviceRequest.Verb.Add:
                string made = places.Add(request.Device!, request.Targets[0], container.IsUnprivileged ? null : request.Mode, mount);
                reporter.Fields(ReportKind, made);
                break;
            case DeviceRequest.Verb.Remove:
                reporter.Fields(ReportKind, places.Remove(request.Device!, request.Targets[0]) ? "removed" : "absent");
                break;
            default:
                places.List(request.Targets, (path, device) => reporter.Fields(ReportKind, path, device.Type.ToString(), device.Major.ToString(),
                    device.Minor.ToString(), device.Mode.ToString()));
                break;
        }

        return 0;
    }
}

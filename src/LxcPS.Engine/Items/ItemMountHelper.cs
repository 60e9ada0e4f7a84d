using LxcPS.Engine.Attach;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Items;

/// <summary>
/// Binds a path of the host into a running container, or takes a mount of it away. The helper gets the mount with the caller's rights; a child of
/// it joins the container's namespaces and does there what the container's root could do itself.
/// </summary>
public sealed class ItemMountHelper
{
    /// <summary>The kind of the report line of work that was done.</summary>
    internal const string DoneKind = "done";

    private const string Step = "mount";

    private readonly ItemMountRequest request;
    private readonly Reporter reporter;

    private ItemMountHelper(ItemMountRequest request, Reporter reporter)
    {
        this.request = request;
        this.reporter = reporter;
    }

    /// <summary>Carries the request out; the result is 0, or 125 when it failed.</summary>
    public static int Run(ItemMountRequest request)
    {
        using Reporter reporter = new(request.ReportDescriptor);
        ItemMountHelper helper = new(request, reporter);
        return helper.Guard(helper.RunToEnd);
    }

    private int Guard(Func<int> work) => reporter.Guard(work, e => new LxcException(LxcErrorId.MountFailed, request.Path is null
        ? $"The mount at '{DisplayText.Of(request.Destination)}' of container '{request.Name}' could not be taken away: {e.Message}"
        : $"'{DisplayText.Of(request.Path)}' could not be mounted at '{DisplayText.Of(request.Destination)}' in container '{request.Name}': {e.Message}", e)
    {
        ContainerName = request.Name,
        Step = Step,
        Advice = e.Number is Errno.ELOOP or Errno.EXDEV ? "A link of the container's is in the way of the path." : "See what is at the place in the container.",
    });

    private int RunToEnd()
    {
        ContainerEntrance container = ContainerEntrance.Find(request.LxcPath, request.Name, Step);
        int mount = request.Path is null ? -1 : OpenMount(request.Path, container);
        int child = Forking.Start(0, -1, () => Guard(() =>
        {
            container.Enter();
            Descriptors.CloseAllBut(mount, reporter.Descriptor);
            ItemPlace place = new(Descriptors.OpenPath("/", directory: true), request.Name, request.Destination);
            if (mount < 0)
            {
                place.Detach();
            }
            else
            {
                place.Attach(mount);
            }

            reporter.Fields(DoneKind);
            return 0;
        })).Pidfd;
        return Processes.Wait(child).ExitCode;
    }

    private int OpenMount(string path, ContainerEntrance container)
    {
        int userNamespace = -1;
        int mount = -1;
        try
        {
            userNamespace = container.OpenUserNamespace(Step);
            mount = MountCalls.CloneTree(Descriptors.CurrentDirectory, path, recursive: false);
            if (userNamespace >= 0)
            {
                MountCalls.SetAttributes(mount, MountCalls.MOUNT_ATTR_IDMAP | MountCalls.MOUNT_ATTR_NOSUID | MountCalls.MOUNT_ATTR_NODEV, 0, name: path, userNamespace: userNamespace);
            }

            if (request.IsReadOnly)
            {
                MountCalls.SetAttributes(mount, MountCalls.MOUNT_ATTR_RDONLY, 0, name: path);
            }

            return mount;
        }
        catch (LinuxException e)
        {
            Descriptors.Close(mount);
            bool isMissing = e.Number is Errno.ENOENT or Errno.ENOTDIR;
            throw new LxcException(isMissing ? LxcErrorId.ItemNotFound : LxcErrorId.MountFailed,
                isMissing ? $"There is no '{DisplayText.Of(path)}' to mount" : $"'{DisplayText.Of(path)}' cannot be mounted in container '{request.Name}': {e.Message}", e)
            {
                ContainerName = request.Name,
                Step = Step,
                Path = path,
                Advice = e.Call.Contains("IDMAP", StringComparison.Ordinal)
                    ? "This file system cannot map ids, and without that its files would be nobody's in an unprivileged container: use one on ext4, xfs, btrfs or (since Linux 6.3) tmpfs."
                    : "See that the path exists.",
            };
        }
        finally
        {
            Descriptors.Close(userNamespace);
        }
    }
}

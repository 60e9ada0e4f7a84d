using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Mounts;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>The mount entries of a start that is only tried: those whose places are there are mounted, in the clone's own mount namespace.</summary>
internal sealed class RehearsedMounts(LaunchPlan plan, SetupChannel channel, StartFindings findings, int root)
{
    private const string Name = "Mounts";

    internal void Run()
    {
        int failed = 0;
        foreach (MountEntry entry in plan.Mounts)
        {
            int mount = -1;
            try
            {
                bool prepared = PreparedMounts.IsPrepared(entry);
                mount = prepared ? Receive()
                    : entry.IsBind ? MountCalls.CloneTree(root, entry.Source.TrimStart('/'), entry.IsRecursive)
                    : MountCalls.Make(entry.Type, entry.Source, entry.Options, entry.Attributes);
                if (mount >= 0)
                {
                    Attach(entry, mount);
                }
                else
                {
                    // What was no failure to the monitor is one that may be left out; else it has said so.
                    failed++;
                    if (entry.IsOptional)
                    {
                        LeftOut(entry, "its source cannot be mounted");
                    }
                }
            }
            catch (LinuxException e) when (entry.IsOptional)
            {
                LeftOut(entry, e.Message);
                failed++;
            }
            catch (LinuxException e)
            {
                failed++;
                findings.Fail(Name, entry.Failed(e));
            }
            finally
            {
                Descriptors.Close(mount);
            }
        }

        if (failed == 0)
        {
            findings.Pass(Name, plan.Mounts.Count == 0 ? "none are configured" : $"{plan.Mounts.Count} can be made", "lxc.mount.entry");
        }
    }

    /// <summary>Why a place and the directories above it could not be made by the calling process, or null.</summary>
    internal static string? WhyNotMade(int root, string path)
    {
        string existing = path;
        while (existing.Length > 0)
        {
            int slash = existing.LastIndexOf('/');
            existing = slash < 0 ? string.Empty : existing[..slash];
            int fd = TargetPath.TryOpen(root, existing);
            if (fd < 0)
            {
                continue;
            }

            bool isDirectory = FileTree.Status(fd, string.Empty).IsDirectory;
            bool writable = Permissions.CanAccess($"/proc/self/fd/{fd}", Permissions.Write | Permissions.Execute);
            Descriptors.Close(fd);
            return !isDirectory ? $"'/{existing}' is no directory" : writable ? null : $"'/{existing}' cannot be written";
        }

        return null;
    }

    private int Receive()
    {
        Span<int> mount = stackalloc int[1];
        return channel.Receive(out _, mount, out int received) == SetupChannel.Kind.Mount && received == 1 ? mount[0] : -1;
    }

    private void Attach(MountEntry entry, int mount)
    {
        string place = entry.Target.TrimEnd('/');
        int target = place.Length == 0 ? Descriptors.OpenInRoot(root, ".", OpenFlags.Path) : TargetPath.TryOpen(root, place);
        if (target < 0)
        {
            if (entry.CreateDirectory is null)
            {
                throw new LinuxException("openat2", Errno.ENOENT, entry.Target);
            }

            if (WhyNotMade(root, place) is { } reason)
            {
                throw new LinuxException("mkdir", Errno.EACCES, $"{entry.Target} ({reason})");
            }

            return;
        }

        try
        {
            if (entry.Attributes != 0 || entry.ClearedAttributes != 0 || entry.Propagation != 0)
            {
                MountCalls.SetAttributes(mount, entry.Attributes, entry.ClearedAttributes & ~entry.Attributes, entry.Propagation, name: entry.Target);
            }

            MountCalls.Move(mount, target, entry.Target);
        }
        finally
        {
            Descriptors.Close(target);
        }
    }

    private void LeftOut(MountEntry entry, string reason) =>
        findings.Warn(Name, $"The optional mount '{entry.Text}' will be left out: {reason}", "lxc.mount.entry", "Correct the entry, or remove it.");
}

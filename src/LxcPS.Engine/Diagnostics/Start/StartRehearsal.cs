using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Mounts;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>
/// The monitor's side of a start that is only tried: a clone with the container's namespaces, the id maps and the mounts that the monitor makes,
/// by what the start itself uses. All of it ends with the clone; <see cref="RehearsedSetup"/> is what that does.
/// </summary>
internal sealed class StartRehearsal(LaunchPlan plan, StartFindings findings)
{
    /// <summary>Tries; only where <see cref="Forking"/> is allowed.</summary>
    internal void Run()
    {
        Directory.CreateDirectory(RehearsedSetup.PlaceOf(plan));
        (int ours, int theirs) = LocalSockets.Pair();
        using SetupChannel channel = new(ours);
        int pid = 0;
        int pidfd = -1;
        bool cloned = findings.Try("Namespaces", "lxc.namespace.clone", "See Test-LxcHost for the namespaces that this kernel has, and their limits.", () =>
        {
            using SetupChannel childEnd = new(theirs);
            (pid, pidfd) = NamespaceJoiner.Start(plan, -1, () =>
            {
                Descriptors.Close(ours);
                return new RehearsedSetup(plan, childEnd, findings).Run();
            });
        });
        if (!cloned)
        {
            return;
        }

        findings.Pass("Namespaces", plan.HasUserNamespace ? "all are made, with one of users" : "all are made, without one of users");
        try
        {
            if (Serve(channel, pid))
            {
                // The end of the channel is the end of the child, which reports for itself.
                while (channel.Receive(out _, [], out _) != SetupChannel.Kind.Closed)
                {
                }
            }
        }
        finally
        {
            Processes.Signal(pidfd, 9);
            Processes.Wait(pidfd);
            Descriptors.Close(pidfd);
        }
    }

    // False where the child cannot go on.
    private bool Serve(SetupChannel channel, int pid)
    {
        int userNamespace = -1;
        try
        {
            if (plan.HasUserNamespace)
            {
                if (!findings.Try("Id maps", "lxc.idmap", "Correct lxc.idmap.", () =>
                {
                    if ((plan.Namespaces & Processes.CLONE_NEWUSER) != 0)
                    {
                        IdMapWriter.Write(pid, plan.IdMaps);
                    }

                    userNamespace = Descriptors.Open($"/proc/{pid}/ns/user", OpenFlags.ReadOnly);
                }))
                {
                    return false;
                }

                findings.Pass("Id maps", "the kernel takes them", "lxc.idmap");
            }

            findings.Try("Settings", null, string.Empty, () => ProcessSettings.ApplyProc(plan, pid.ToString()));
            channel.Send(SetupChannel.Kind.Maps);
            return SendMounts(channel, userNamespace);
        }
        finally
        {
            Descriptors.Close(userNamespace);
        }
    }

    private bool SendMounts(SetupChannel channel, int userNamespace)
    {
        if (plan.Rootfs is { } rootfs)
        {
            int root = -1;
            if (!findings.Try("Root file system", "lxc.rootfs.path", string.Empty,
                () => root = PreparedMounts.OpenRootfs(plan, userNamespace)))
            {
                return false;
            }

            findings.Pass("Root file system", $"'{DisplayText.Of(rootfs.Directory)}' ({rootfs.Type}) is mounted{(plan.IdMapRootfs ? ", with its ids mapped" : string.Empty)}",
                "lxc.rootfs.path");
            Send(channel, root);
        }

        foreach (MountEntry entry in plan.Mounts.Where(PreparedMounts.IsPrepared))
        {
            int mount = -1;
            findings.Try("Mounts", "lxc.mount.entry", string.Empty,
                () => mount = PreparedMounts.OpenUnlessOptional(entry, userNamespace, plan.IdMapRootfs, plan.RootUserId));
            if (mount < 0)
            {
                channel.Send(SetupChannel.Kind.NoMount);
            }
            else
            {
                Send(channel, mount);
            }
        }

        return true;
    }

    private static void Send(SetupChannel channel, int mount)
    {
        channel.Send(SetupChannel.Kind.Mount, descriptors: [mount]);
        Descriptors.Close(mount);
    }
}

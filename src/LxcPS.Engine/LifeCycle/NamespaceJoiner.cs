using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// Starts a container's child where it joins namespaces of others. That is done by a process in between, with the rights of the host's root:
/// the child's own namespaces, a user namespace above all, would leave it none over the others. The child is the monitor's all the same.
/// </summary>
internal static class NamespaceJoiner
{
    /// <summary>Starts the child; returns its process id and pidfd.</summary>
    /// <param name="plan">The namespaces.</param>
    /// <param name="cgroup">A cgroup v2 directory for the child to be born in, or -1.</param>
    /// <param name="child">See <see cref="Forking.Start"/>.</param>
    /// <exception cref="LxcException">NamespaceFailed, with the key.</exception>
    /// <exception cref="LinuxException">The child could not be cloned.</exception>
    internal static (int Pid, int Pidfd) Start(LaunchPlan plan, int cgroup, Func<int> child)
    {
        if (plan.SharedNamespaces.Count == 0)
        {
            return Forking.Start(plan.Namespaces, cgroup, child);
        }

        List<(SharedNamespace Namespace, int Fd)> open = [];
        (int ours, int theirs) = LocalSockets.Pair();
        using SetupChannel channel = new(ours);
        int pidfd;
        try
        {
            foreach (SharedNamespace shared in plan.SharedNamespaces)
            {
                open.Add((shared, shared.Open(plan.LxcPath)));
            }

            (_, pidfd) = Forking.Start(0, -1, () => Join(plan.Namespaces, open, theirs, child));
        }
        finally
        {
            foreach ((_, int fd) in open)
            {
                Descriptors.Close(fd);
            }

            Descriptors.Close(theirs);
        }

        try
        {
            Span<int> received = stackalloc int[1];
            return channel.Receive(out string text, received, out int count) switch
            {
                SetupChannel.Kind.Ready when count == 1 => (int.Parse(text), received[0]),
                SetupChannel.Kind.Error => throw ReportLine.ToException(ReportLine.Split(text)),
                _ => throw new LxcException(LxcErrorId.NamespaceFailed, "The process that joins the namespaces ended unexpectedly") { Step = "namespaces" },
            };
        }
        finally
        {
            Processes.Wait(pidfd);
            Descriptors.Close(pidfd);
        }
    }

    private static int Join(ulong namespaces, List<(SharedNamespace Namespace, int Fd)> open, int theirs, Func<int> child)
    {
        SetupChannel channel = new(theirs);
        try
        {
            // The user namespace last: in it there are no rights over namespaces of the host's.
            foreach (bool user in (ReadOnlySpan<bool>)[false, true])
            {
                foreach ((SharedNamespace shared, int fd) in open)
                {
                    if (shared.Flag == Processes.CLONE_NEWUSER == user)
                    {
                        shared.Join(fd);
                    }
                }
            }

            (int pid, int pidfd) = Forking.Start(namespaces | Processes.CLONE_PARENT, -1, () =>
            {
                channel.Dispose();
                foreach ((_, int fd) in open)
                {
                    Descriptors.Close(fd);
                }

                return child();
            });
            channel.Send(SetupChannel.Kind.Ready, pid.ToString(), [pidfd]);
            return 0;
        }
        catch (LxcException e)
        {
            channel.Send(SetupChannel.Kind.Error, ReportLine.OfError(e));
        }
        catch (LinuxException e)
        {
            channel.Send(SetupChannel.Kind.Error, ReportLine.OfError(new LxcException(LxcErrorId.NamespaceFailed, $"The namespaces could not be made: {e.Message}", e)
            {
                Step = "namespaces",
                Advice = "See lxc.namespace.share.* in the container's configuration.",
            }));
        }

        return 1;
    }
}

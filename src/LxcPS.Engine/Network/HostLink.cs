using LxcPS.Native;

namespace LxcPS.Engine.Network;

/// <summary>What the host has of one device of a running container, and how that goes away again.</summary>
public sealed class HostLink
{
    private readonly List<(int Index, byte[] Address)> proxies = [];
    private readonly List<(int Index, byte[] Address)> routes = [];
    private NetworkLink? physical;
    private int inside = -1;
    private int insideIndex;

    internal HostLink(NetworkDevice device) => Device = device;

    /// <summary>The device.</summary>
    public NetworkDevice Device { get; }

    /// <summary>The interface that stays on the host, or null.</summary>
    public string? Name { get; internal set; }

    /// <summary>The addresses that the link answers for, as text.</summary>
    public IReadOnlyList<string> Proxies => proxies.ConvertAll(proxy => new System.Net.IPAddress(proxy.Address).ToString());

    /// <summary>Unmakes all of it; what is gone already is no error.</summary>
    /// <exception cref="LxcException">NetworkFailed.</exception>
    public void Remove()
    {
        try
        {
            using Rtnetlink kernel = new();
            foreach ((int index, byte[] address) in routes)
            {
                kernel.RemoveRoute(index, address, address.Length * 8);
            }

            foreach ((int index, byte[] address) in proxies)
            {
                kernel.RemoveProxy(index, address);
            }

            if (Name is not null)
            {
                // An interface goes with its network namespace, some time after init: its name must be free before the next start.
                kernel.Delete(Name);
            }

            if (inside >= 0)
            {
                RemoveInside();
            }
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.NetworkFailed, $"The network device {Device.Index} ({Device.Name}) could not be taken down: {e.Message}", e)
            {
                Step = "network",
                Advice = "It goes with the last process of the container.",
            };
        }
    }

    internal void AddProxy(Rtnetlink kernel, int index, DeviceAddress address)
    {
        kernel.AddProxy(index, address.Address, address.Text);
        proxies.Add((index, address.Address));
    }

    /// <summary>A route of the host to one address of the container; not for one that goes with its interface.</summary>
    internal void AddRoute(Rtnetlink kernel, int index, DeviceAddress address)
    {
        int error = kernel.TryAddRoute(index, address.IsVersion6 ? Rtnetlink.AF_INET6 : Rtnetlink.AF_INET, address.Address, address.Address.Length * 8, []);
        if (error != 0)
        {
            throw new LinuxException("RTM_NEWROUTE", error, address.Text);
        }

        routes.Add((index, address.Address));
    }

    /// <summary>Gives the host's interface to the container.</summary>
    internal void Lend(Rtnetlink kernel, NetworkLink link, int initPid)
    {
        if (Device.Mtu != 0 || Device.HardwareAddress is not null)
        {
            kernel.Change(link.Index, Device.HardwareAddress, Device.Mtu);
        }

        kernel.Move(link.Index, initPid, Device.Name!);
        physical = link;
        Follow(initPid);
    }

    /// <summary>
    /// Keeps an eye on the device in the container's network namespace, by its number, as the container may rename it. An interface goes with
    /// its namespace some time after init, and until then its addresses are not free, and one of the host's is not back.
    /// </summary>
    internal void Follow(int initPid)
    {
        inside = Descriptors.Open($"/proc/{initPid}/ns/net", OpenFlags.ReadOnly);
        using Rtnetlink theirs = Rtnetlink.OpenIn(inside);
        insideIndex = theirs.FindLink(Device.Name!)?.Index ?? 0;
    }

    private void RemoveInside()
    {
        try
        {
            using Rtnetlink theirs = Rtnetlink.OpenIn(inside);
            if (physical is not { } link)
            {
                theirs.Delete(insideIndex);
                return;
            }

            theirs.SetDown(insideIndex);
            theirs.Change(insideIndex, null, link.Mtu);
            theirs.Move(insideIndex, Processes.CurrentId, link.Name);
        }
        catch (LinuxException e) when (e.Number == Errno.ENODEV)
        {
            // It is none that has hardware, and the container has removed it.
        }
        finally
        {
            Descriptors.Close(inside);
            inside = -1;
        }
    }
}

using LxcPS.Native;

namespace LxcPS.Engine.Network;

/// <summary>The container's side of its network, run in its network namespace.</summary>
public static class ContainerNetwork
{
    /// <summary>Brings the loopback up, gives the devices their addresses, brings them up and adds the default routes.</summary>
    /// <param name="plan">The network.</param>
    /// <param name="isRootless">Whether lxc-user-nic made the devices, which knows neither hardware addresses nor packet sizes.</param>
    /// <exception cref="LxcException">NetworkFailed, with the key.</exception>
    public static void Configure(NetworkPlan plan, bool isRootless = false)
    {
        using Rtnetlink kernel = new();
        kernel.SetUp(Rtnetlink.LoopbackIndex);
        foreach (NetworkDevice device in plan.Devices)
        {
            if (device.IsInterface && (isRootless || device.IsUp || device.Addresses.Count > 0))
            {
                ConfigureDevice(kernel, device, isRootless);
            }
        }
    }

    private static void ConfigureDevice(Rtnetlink kernel, NetworkDevice device, bool isRootless)
    {
        string key = device.KeyOf("name");
        try
        {
            // Born with its name.
            int index = (kernel.FindLink(device.Name!) ?? throw new LinuxException("RTM_GETLINK", Errno.ENODEV, device.Name)).Index;
            if (isRootless && (device.HardwareAddress is not null || device.Mtu != 0))
            {
                key = device.KeyOf(device.HardwareAddress is null ? "mtu" : "hwaddr");
                kernel.Change(index, device.HardwareAddress, device.Mtu);
            }

            foreach (DeviceAddress address in device.Addresses)
            {
                key = device.KeyOf(address.IsVersion6 ? "ipv6.address" : "ipv4.address");
                kernel.AddAddress(index, address.Address, address.PrefixLength, address.Broadcast, address.Text);
            }

            if (device.IsUp)
            {
                key = device.KeyOf("flags");
                kernel.SetUp(index);
            }

            foreach (DeviceGateway? gateway in (ReadOnlySpan<DeviceGateway?>)[device.Gateway4, device.Gateway6])
            {
                if (gateway is not null)
                {
                    key = device.KeyOf(gateway.IsVersion6 ? "ipv6.gateway" : "ipv4.gateway");
                    AddDefaultRoute(kernel, index, gateway);
                }
            }
        }
        catch (LinuxException e)
        {
            string complaint = kernel.Complaint.Length == 0 ? string.Empty : $" ({kernel.Complaint})";
            throw new LxcException(LxcErrorId.NetworkFailed,
                $"The network device '{device.Name}' could not be configured: {e.Message}{complaint}", e)
            {
                Step = "network",
                ConfigKey = key,
                Advice = e.Number == Errno.EEXIST
                    ? "The address or route is there already: remove one of the lines that ask for it."
                    : $"See {key} in the container's configuration.",
            };
        }
    }

    private static void AddDefaultRoute(Rtnetlink kernel, int index, DeviceGateway gateway)
    {
        byte family = gateway.IsVersion6 ? Rtnetlink.AF_INET6 : Rtnetlink.AF_INET;
        int error = kernel.TryAddRoute(index, family, [], 0, gateway.Address);
        if (error is Errno.ENETUNREACH or Errno.EHOSTUNREACH && gateway.Address is not null)
        {
            // A gateway outside the device's own networks: told that it is on the link, the kernel takes it.
            error = kernel.TryAddRoute(index, family, gateway.Address, gateway.Address.Length * 8, []);
            error = error is 0 or Errno.EEXIST ? kernel.TryAddRoute(index, family, [], 0, gateway.Address) : error;
        }

        if (error != 0)
        {
            throw new LinuxException("RTM_NEWROUTE", error, $"default via {gateway.Text}");
        }
    }
}

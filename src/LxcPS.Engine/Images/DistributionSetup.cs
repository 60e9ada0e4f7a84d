using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Images;

/// <summary>
/// Makes the root file system of an image one that boots in a container as on a machine, once for all of its containers. What it does depends
/// on what is found there, not on the distribution's name.
/// </summary>
internal static class DistributionSetup
{
    private static readonly string[] UnitDirectories = ["usr/lib/systemd/system", "lib/systemd/system"];

    // Each configures eth0 by itself: two would fight for it.
    private static readonly string[] OtherNetworks = ["sbin/ifup", "usr/sbin/ifup", "usr/sbin/NetworkManager", "usr/sbin/netplan", "etc/netplan", "etc/systemd/network/eth0.network", "usr/bin/cloud-init"];

    /// <summary>Changes what has to be changed; a line for each change, with its reason.</summary>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal static IReadOnlyList<string> Apply(string rootfs)
    {
        using RootfsWriter writer = RootfsWriter.Open(rootfs);
        List<string> changes = [];

        // Empty means: to be made at the first boot. One that all containers had would be none.
        if (writer.Has("etc/machine-id"))
        {
            writer.ReplaceFile("etc/machine-id", string.Empty);
            changes.Add("Emptied /etc/machine-id: each container makes its own at its first boot");
        }

        if (writer.Has("etc") && !writer.Has("etc/hosts"))
        {
            writer.WriteFile("etc/hosts", "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
            changes.Add("Wrote /etc/hosts: there was none");
        }

        if (UnitDirectories.FirstOrDefault(directory => writer.Has(directory + "/basic.target")) is { } units)
        {
            writer.MakeDirectories("etc/systemd", "etc/systemd/system");
            changes.AddRange(ContainerBoot.Mask(writer, unit => writer.Has($"{units}/{unit}")));
            if (writer.Has(units + "/systemd-networkd.service") && !OtherNetworks.Any(writer.Has))
            {
                ContainerBoot.EnableNetwork(writer, "/" + units);
                changes.Add("Wrote /etc/systemd/network/eth0.network: eth0, where the container has one, gets a lease");
            }
        }

        return changes;
    }
}

using System.Text;
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

    /// <summary>Removes what an archive brought beside the root file system: no file of an image is the archive's to write.</summary>
    /// <param name="place">The directory of the image.</param>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal static void KeepRootfsAlone(string place)
    {
        byte[] kept = Encoding.UTF8.GetBytes(ImageStore.RootfsName);
        int directory = Descriptors.Open(place, OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            List<byte[]> names = [];
            DirectoryReader reader = new(directory, place);
            while (reader.Next())
            {
                names.Add(reader.NameBytes.ToArray());
            }

            foreach (byte[] name in names)
            {
                if (name.AsSpan().SequenceEqual(kept))
                {
                    continue;
                }

                if (RawNames.TryRead(directory, name) is { IsDirectory: true })
                {
                    TreeRemoval.Remove(directory, name, $"{place}/{RawNames.Show(name)}");
                }
                else
                {
                    RawNames.Remove(directory, name);
                }
            }
        }
        finally
        {
            Descriptors.Close(directory);
        }
    }

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

using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>
/// What starts in a container that shares the host's programs: a plain system with a login on the console, and none of the host's
/// services. The copy of /etc leaves out every unit, link and runlevel that enables one; here the few are put back that a boot wants.
/// </summary>
internal static class HostBoot
{
    private const string Units = "etc/systemd/system";

    /// <summary>Whether the host's init is systemd.</summary>
    internal static bool IsSystemd(string hostRoot) =>
        File.Exists(Path.Combine(hostRoot, "usr/lib/systemd/systemd")) || File.Exists(Path.Combine(hostRoot, "lib/systemd/systemd"));

    /// <summary>Writes the boot's files into /etc of the new root.</summary>
    internal static void Write(RootfsWriter writer, string hostRoot)
    {
        if (IsSystemd(hostRoot))
        {
            WriteSystemd(writer, hostRoot);
        }

        if (writer.Has("etc/network"))
        {
            writer.WriteFile("etc/network/interfaces", "auto lo\niface lo inet loopback\n\nsource-directory /etc/network/interfaces.d\n");
        }
    }

    private static void WriteSystemd(RootfsWriter writer, string hostRoot)
    {
        writer.MakeDirectories("etc/systemd", Units, Units + "/getty.target.wants");
        string units = File.Exists(Path.Combine(hostRoot, "usr/lib/systemd/systemd")) ? "/usr/lib/systemd/system" : "/lib/systemd/system";
        writer.MakeLink(Units + "/default.target", units + "/multi-user.target");
        writer.MakeLink(Units + "/getty.target.wants/console-getty.service", units + "/console-getty.service");
        ContainerBoot.Mask(writer, unit => Exists(hostRoot, $"{units}/{unit}"));

        // Where the message bus has two implementations, this link says which one is used, and nothing else does.
        FileInfo bus = new(Path.Combine(hostRoot, Units, "dbus.service"));
        if (bus.LinkTarget is { } target && target.Contains("/systemd/system/dbus", StringComparison.Ordinal))
        {
            writer.MakeLink(Units + "/dbus.service", target);
        }

        if (Exists(hostRoot, units + "/systemd-networkd.service"))
        {
            ContainerBoot.EnableNetwork(writer, units);
        }
    }

    private static bool Exists(string hostRoot, string path) => File.Exists(Path.Combine(hostRoot, path.TrimStart('/')));
}

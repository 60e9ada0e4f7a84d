using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>The files of /etc that a container which shares the host's programs has for itself.</summary>
internal static class HostFiles
{
    /// <summary>Writes them all.</summary>
    /// <param name="writer">The new root, with /etc in it.</param>
    /// <param name="hostRoot">The host's root, <c>/</c> or a test's.</param>
    /// <param name="hostName">The container's host name.</param>
    internal static void Write(RootfsWriter writer, string hostRoot, string hostName)
    {
        string group = HostAccounts.Group(Read(hostRoot, "etc/group"));
        string passwd = HostAccounts.Passwd(Read(hostRoot, "etc/passwd"));
        uint? shadow = HostAccounts.GroupId(group, "shadow");
        uint secret = shadow is null ? 0x180u : 0x1A0u; // 0600 or 0640
        writer.WriteFile("etc/passwd", passwd);
        writer.WriteFile("etc/group", group);
        writer.WriteFile("etc/shadow", HostAccounts.Shadow(passwd), secret, 0, shadow ?? 0);
        writer.WriteFile("etc/gshadow", HostAccounts.GroupShadow(group), secret, 0, shadow ?? 0);

        // The host's ranges of subordinate ids mean nothing behind a map.
        writer.WriteFile("etc/subuid", string.Empty);
        writer.WriteFile("etc/subgid", string.Empty);
        writer.WriteFile("etc/hostname", hostName + "\n");
        writer.WriteFile("etc/hosts", BusyboxFiles.HostsText(hostName));
        writer.WriteFile("etc/fstab", string.Empty);
        writer.MakeLink("etc/mtab", "../proc/self/mounts");
        writer.WriteFile("etc/resolv.conf", Resolvers(hostRoot));

        // A known id, and not an empty file: with that systemd would take the boot for the first one and enable services by its presets.
        writer.WriteFile("etc/machine-id", MachineId() + "\n", 0x124);
    }

    /// <summary>A fresh machine-id(5): a random UUID of version 4 as 32 hexadecimal digits.</summary>
    internal static string MachineId() => Guid.NewGuid().ToString("n");

    /// <summary>The servers and search domains of a resolv.conf(5) that can be reached from another network namespace.</summary>
    internal static string WithoutLoopback(string text)
    {
        StringBuilder kept = new();
        foreach (string line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            bool loopback = words[0] == "nameserver" && words.Length > 1
                && (words[1].StartsWith("127.", StringComparison.Ordinal) || words[1].StartsWith("::1", StringComparison.Ordinal));
            if (words[0] is "nameserver" or "search" or "domain" or "options" && !loopback)
            {
                kept.Append(string.Join(' ', words)).Append('\n');
            }
        }

        return kept.ToString();
    }

    private static string Resolvers(string hostRoot)
    {
        string text = WithoutLoopback(Read(hostRoot, "etc/resolv.conf"));

        // systemd-resolved and NetworkManager answer on a loopback address and keep the real servers there.
        foreach (string real in (ReadOnlySpan<string>)["run/systemd/resolve/resolv.conf", "run/NetworkManager/no-stub-resolv.conf"])
        {
            if (!text.Contains("nameserver", StringComparison.Ordinal))
            {
                text = WithoutLoopback(Read(hostRoot, real));
            }
        }

        return text;
    }

    private static string Read(string hostRoot, string path)
    {
        try
        {
            return Descriptors.ReadText(Path.Combine(hostRoot, path));
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENOTDIR or Errno.EACCES)
        {
            return string.Empty;
        }
    }
}

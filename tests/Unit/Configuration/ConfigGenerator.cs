using System.Text;

namespace LxcPS.Tests.Configuration;

/// <summary>Makes configuration files of all that a file can hold: settings, right and wrong, comments, blanks, and bytes that are no text.</summary>
internal sealed class ConfigGenerator(int seed)
{
    private static readonly string[] Keys =
    [
        "lxc.uts.name", "lxc.tty.max", "lxc.arch", "lxc.cap.drop", "lxc.environment", "lxc.net.0.type", "lxc.net.1.ipv4.address", "lxc.net", "lxc.net.0",
        "lxc.sysctl.net.ipv4.ip_forward", "lxc.cgroup2.memory.max", "lxc.idmap", "lxc.mount.entry", "lxc.hook", "lxc.network.type", "lxc.utsname",
        "lxc.rootfs", "lxc.rootfs.backend", "lxc.mount", "lxc.uts.nam", "lxc.", "lxc.net.x.type", "lxc.net.99999999999.type", "lxcps.other", "LXC.ARCH",
        "lxc.include",
    ];

    private static readonly string[] Values =
    [
        "1", "0", "web", "veth", "x86_64", "sys_admin net_raw", "10.0.3.5/24", "\"quoted\"", "'single'", "\"", "'", "=", "# no comment", "u 0 100000 65536",
        "A=b c", "proc proc proc", "/no/such/file", "/no/such/directory/", "99999999999999999999999", "-1", "0x", "caf\u00e9", "\U0001F427", "\u0085", "",
    ];

    private static readonly string[] Blanks = ["", " ", "\t", "  \t ", "   "];
    private static readonly string[] Ends = ["\n", "\n", "\n", "\r\n", "\r", "\n\r"];

    private readonly Random random = new(seed);

    internal Random Random => random;

    /// <summary>The bytes of a file.</summary>
    internal byte[] Next()
    {
        List<byte> file = [];
        if (random.Next(20) == 0)
        {
            file.AddRange([0xEF, 0xBB, 0xBF]);
        }

        string end = One(Ends);
        int count = random.Next(12);
        for (int i = 0; i < count; i++)
        {
            file.AddRange(Line());
            // Mostly one kind of end, as editors have it; the last line may have none.
            if (i < count - 1 || random.Next(3) > 0)
            {
                file.AddRange(Encoding.ASCII.GetBytes(random.Next(8) == 0 ? One(Ends) : end));
            }
        }

        return [.. file];
    }

    internal T One<T>(T[] choices) => choices[random.Next(choices.Length)];

    private byte[] Line() => random.Next(12) switch
    {
        0 => [],
        1 => Encoding.ASCII.GetBytes(One(Blanks)),
        2 => Encoding.UTF8.GetBytes($"{One(Blanks)}#{One(Keys)} = {One(Values)}"),
        3 => Bytes(random.Next(40)),
        4 => [.. Encoding.UTF8.GetBytes(One(Keys) + " = "), .. Bytes(random.Next(12))],
        5 => Encoding.UTF8.GetBytes(One(Keys)),
        6 when random.Next(20) == 0 => Encoding.UTF8.GetBytes("lxc.environment = A=" + new string('x', random.Next(100_000))),
        _ => Encoding.UTF8.GetBytes($"{One(Blanks)}{One(Keys)}{One(Blanks)}={One(Blanks)}{One(Values)}{One(Blanks)}"),
    };

    // NULs and bytes that are no UTF-8 among them.
    private byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}

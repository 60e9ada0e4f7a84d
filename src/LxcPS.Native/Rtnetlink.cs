using System.Runtime.InteropServices;

namespace LxcPS.Native;

/// <summary>
/// Interfaces, addresses and routes of a network namespace, see rtnetlink(7). Numbers: linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h,
/// linux/net_namespace.h, linux/veth.h.
/// </summary>
public sealed partial class Rtnetlink : IDisposable
{
#pragma warning disable CS1591 // The names are the man page's.
    public const byte AF_UNSPEC = 0;
    public const byte AF_INET = 2;
    public const byte AF_INET6 = 10;
#pragma warning restore CS1591

    /// <summary>The index of the loopback in every network namespace.</summary>
    public const int LoopbackIndex = 1;

    private const ushort RTM_NEWLINK = 16;
    private const ushort RTM_DELLINK = 17;
    private const ushort RTM_GETLINK = 18;
    private const ushort RTM_SETLINK = 19;
    private const ushort RTM_NEWADDR = 20;
    private const ushort RTM_GETADDR = 22;
    private const ushort RTM_NEWROUTE = 24;
    private const ushort RTM_NEWNSID = 88;
    private const ushort RTM_GETNSID = 90;
    private const ushort IFLA_ADDRESS = 1;
    private const ushort IFLA_IFNAME = 3;
    private const ushort IFLA_MTU = 4;
    private const ushort IFLA_MASTER = 10;
    private const ushort IFLA_LINKINFO = 18;
    private const ushort IFLA_NET_NS_PID = 19;
    private const ushort IFLA_EXT_MASK = 29;
    private const ushort IFLA_TARGET_NETNSID = 46;
    private const ushort IFLA_INFO_KIND = 1;
    private const ushort IFLA_INFO_DATA = 2;
    private const ushort VETH_INFO_PEER = 1;
    private const uint RTEXT_FILTER_SKIP_STATS = 8;
    private const ushort IFA_ADDRESS = 1;
    private const ushort IFA_LOCAL = 2;
    private const ushort IFA_BROADCAST = 4;
    private const ushort IFA_FLAGS = 8;
    private const ushort IFA_TARGET_NETNSID = 10;
    private const ushort RTA_DST = 1;
    private const ushort RTA_OIF = 4;
    private const ushort RTA_GATEWAY = 5;
    private const byte RT_TABLE_MAIN = 254;
    private const byte RTPROT_BOOT = 3;
    private const byte RT_SCOPE_LINK = 253;
    private const byte RTN_UNICAST = 1;
    private const ushort NETNSA_NSID = 1;
    private const ushort NETNSA_PID = 2;
    private const int LinkHeaderSize = 16;
    private const int AddressHeaderSize = 8;
    private readonly NetlinkSocket socket = new();

    /// <summary>What the kernel said in words about the last request that it refused, or empty.</summary>
    public string Complaint => socket.Complaint;

    /// <summary>The interface of that name, or null.</summary>
    public NetworkLink? FindLink(string name)
    {
        NetworkLink? found = null;
        NetlinkMessage message = LinkMessage(RTM_GETLINK, NetlinkMessage.NLM_F_ACK, 0, 0, 0).Add(IFLA_IFNAME, name);
        message.Add(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        int error = socket.TryRequest(message, (_, body) => found = ReadLink(body));
        return error is 0 or Errno.ENODEV ? found : throw new LinuxException("RTM_GETLINK", error, name);
    }

    /// <summary>All interfaces of a network namespace.</summary>
    /// <param name="namespaceId">Which, as <see cref="NamespaceIdOf"/> gives it; -1 for the socket's own.</param>
    public List<NetworkLink> Links(int namespaceId = -1)
    {
        NetlinkMessage message = LinkMessage(RTM_GETLINK, NetlinkMessage.NLM_F_DUMP, 0, 0, 0).Add(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        if (namespaceId >= 0)
        {
            message.Add(IFLA_TARGET_NETNSID, (uint)namespaceId);
        }

        List<NetworkLink> links = [];
        socket.Request(message, "RTM_GETLINK", handler: (_, body) => links.Add(ReadLink(body)));
        return links;
    }

    /// <summary>All addresses of a network namespace.</summary>
    /// <param name="namespaceId">Which, as <see cref="NamespaceIdOf"/> gives it; -1 for the socket's own.</param>
    public List<NetworkLinkAddress> Addresses(int namespaceId = -1)
    {
        NetlinkMessage message = new NetlinkMessage(RTM_GETADDR, NetlinkMessage.NLM_F_DUMP).Append(stackalloc byte[AddressHeaderSize]);
        if (namespaceId >= 0)
        {
            message.Add(IFA_TARGET_NETNSID, (uint)namespaceId);
        }

        List<NetworkLinkAddress> addresses = [];
        socket.Request(message, "RTM_GETADDR", handler: (_, body) => addresses.Add(ReadAddress(body)));
        return addresses;
    }

    /// <summary>Makes a pair in one step: the other end is born in its network namespace. Both are down: the kernel opens no end before it has the other.</summary>
    public void CreateVeth(VethPair pair) => socket.Request(VethMessage(pair), "RTM_NEWLINK", pair.Name);

    /// <summary>Sets an interface up by its name.</summary>
    public void SetUp(string name) => socket.Request(UpMessage(0).Add(IFLA_IFNAME, name), "RTM_SETLINK", name);

    /// <summary>Sets an interface up by its index.</summary>
    public void SetUp(int index) => socket.Request(UpMessage(index), "RTM_SETLINK", index.ToString());

    /// <summary>Removes an interface; false when there is none of that name.</summary>
    public bool Delete(string name)
    {
        int error = socket.TryRequest(LinkMessage(RTM_DELLINK, NetlinkMessage.NLM_F_ACK, 0, 0, 0).Add(IFLA_IFNAME, name));
        return error switch
        {
            0 => true,
            Errno.ENODEV => false,
            _ => throw new LinuxException("RTM_DELLINK", error, name),
        };
    }

    /// <summary>Gives an interface an address.</summary>
    /// <param name="index">The interface.</param>
    /// <param name="address">4 or 16 bytes in network order.</param>
    /// <param name="prefixLength">The length of the network's part in bits.</param>
    /// <param name="broadcast">The broadcast address of an IPv4 network, or empty.</param>
    /// <param name="text">The address for messages.</param>
    public void AddAddress(int index, ReadOnlySpan<byte> address, int prefixLength, ReadOnlySpan<byte> broadcast, string text) =>
        socket.Request(AddressMessage(index, address, prefixLength, broadcast), "RTM_NEWADDR", text);

    /// <summary>Adds a route to the main table; the result is 0 or the kernel's errno.</summary>
    /// <param name="index">The interface that it leaves by.</param>
    /// <param name="family">AF_INET or AF_INET6.</param>
    /// <param name="destination">The network, or empty for the default route.</param>
    /// <param name="prefixLength">The length of the network's part in bits; 0 for the default route.</param>
    /// <param name="gateway">The next hop, or empty for what is on the link itself.</param>
    public int TryAddRoute(int index, byte family, ReadOnlySpan<byte> destination, int prefixLength, ReadOnlySpan<byte> gateway) =>
        socket.TryRequest(RouteMessage(index, family, destination, prefixLength, gateway));

    /// <summary>
    /// The id under which the socket's network namespace knows that of a process; the kernel gives one where it has none yet, which takes
    /// CAP_NET_ADMIN. Throws ESRCH when the process is gone.
    /// </summary>
    public int NamespaceIdOf(int pid)
    {
        int id = GetNamespaceId(pid);
        if (id >= 0)
        {
            return id;
        }

        NetlinkMessage message = NamespaceMessage(RTM_NEWNSID, pid).Add(NETNSA_NSID, uint.MaxValue);
        int error = socket.TryRequest(message);

        // EEXIST: another has been quicker.
        return error is 0 or Errno.EEXIST ? GetNamespaceId(pid) : throw new LinuxException("RTM_NEWNSID", error, pid.ToString());
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    internal static NetlinkMessage VethMessage(VethPair pair)
    {
        NetlinkMessage message = LinkMessage(RTM_NEWLINK, NetlinkMessage.NLM_F_ACK | NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL, 0, 0, 0);
        AddEnd(message, pair.Name, pair.HardwareAddress, pair.Mtu);
        if (pair.Master != 0)
        {
            message.Add(IFLA_MASTER, (uint)pair.Master);
        }

        int info = message.Begin(IFLA_LINKINFO);
        message.AddBare(IFLA_INFO_KIND, "veth");
        int data = message.Begin(IFLA_INFO_DATA);
        int peer = message.Begin(VETH_INFO_PEER);
        message.Append(LinkHeader(stackalloc byte[LinkHeaderSize], 0, 0, 0));
        AddEnd(message, pair.PeerName, pair.PeerHardwareAddress, pair.Mtu);
        message.Add(IFLA_NET_NS_PID, (uint)pair.PeerNamespaceOf);
        return message.End(peer).End(data).End(info);
    }

    internal static NetlinkMessage AddressMessage(int index, ReadOnlySpan<byte> address, int prefixLength, ReadOnlySpan<byte> broadcast)
    {
        Span<byte> header = stackalloc byte[AddressHeaderSize];
        header.Clear();
        header[0] = FamilyOf(address);
        header[1] = (byte)prefixLength;
        MemoryMarshal.Write(header[4..], in index);
        NetlinkMessage message = new NetlinkMessage(RTM_NEWADDR, NetlinkMessage.NLM_F_ACK | NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL)
            .Append(header).Add(IFA_LOCAL, address).Add(IFA_ADDRESS, address);
        return broadcast.IsEmpty ? message : message.Add(IFA_BROADCAST, broadcast);
    }

    internal static NetlinkMessage RouteMessage(int index, byte family, ReadOnlySpan<byte> destination, int prefixLength, ReadOnlySpan<byte> gateway)
    {
        // rtmsg: family, destination length, source length, TOS, table, protocol, scope, type, flags.
        Span<byte> header = [family, (byte)prefixLength, 0, 0, RT_TABLE_MAIN, RTPROT_BOOT, gateway.IsEmpty ? RT_SCOPE_LINK : (byte)0, RTN_UNICAST, 0, 0, 0, 0];
        NetlinkMessage message = new NetlinkMessage(RTM_NEWROUTE, NetlinkMessage.NLM_F_ACK | NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL)
            .Append(header);
        if (!destination.IsEmpty)
        {
            message.Add(RTA_DST, destination);
        }

        if (!gateway.IsEmpty)
        {
            message.Add(RTA_GATEWAY, gateway);
        }

        return message.Add(RTA_OIF, (uint)index);
    }

    private static void AddEnd(NetlinkMessage message, string name, byte[]? hardwareAddress, uint mtu)
    {
        message.Add(IFLA_IFNAME, name);
        if (hardwareAddress is not null)
        {
            message.Add(IFLA_ADDRESS, hardwareAddress);
        }

        if (mtu != 0)
        {
            message.Add(IFLA_MTU, mtu);
        }
    }

    private int GetNamespaceId(int pid)
    {
        int id = -1;
        socket.Request(NamespaceMessage(RTM_GETNSID, pid), "RTM_GETNSID", pid.ToString(), (_, body) =>
        {
            NetlinkAttributes attributes = new(body[4..]);
            while (attributes.Next())
            {
                id = attributes.Type == NETNSA_NSID ? (int)attributes.Number : id;
            }
        });
        return id;
    }

    // rtgenmsg: the family, padded.
    private static NetlinkMessage NamespaceMessage(ushort type, int pid) =>
        new NetlinkMessage(type, NetlinkMessage.NLM_F_ACK).Append([AF_UNSPEC, 0, 0, 0]).Add(NETNSA_PID, (uint)pid);

    private static NetlinkMessage UpMessage(int index) =>
        LinkMessage(RTM_SETLINK, NetlinkMessage.NLM_F_ACK, index, NetworkLink.IFF_UP, NetworkLink.IFF_UP);

    private static NetlinkMessage LinkMessage(ushort type, ushort flags, int index, uint linkFlags, uint change) =>
        new NetlinkMessage(type, flags).Append(LinkHeader(stackalloc byte[LinkHeaderSize], index, linkFlags, change));

    // ifinfomsg: family, padding, type, index, flags, the flags that change.
    private static Span<byte> LinkHeader(Span<byte> header, int index, uint flags, uint change)
    {
        header.Clear();
        MemoryMarshal.Write(header[4..], in index);
        MemoryMarshal.Write(header[8..], in flags);
        MemoryMarshal.Write(header[12..], in change);
        return header;
    }

    private static byte FamilyOf(ReadOnlySpan<byte> address) => address.Length == 4 ? AF_INET : AF_INET6;

    private static NetworkLink ReadLink(ReadOnlySpan<byte> body)
    {
        string name = string.Empty;
        uint mtu = 0;
        NetlinkAttributes attributes = new(body[LinkHeaderSize..]);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case IFLA_IFNAME: name = attributes.Text; break;
                case IFLA_MTU: mtu = attributes.Number; break;
            }
        }

        return new NetworkLink(MemoryMarshal.Read<int>(body[4..]), name, MemoryMarshal.Read<uint>(body[8..]), mtu);
    }

    private static NetworkLinkAddress ReadAddress(ReadOnlySpan<byte> body)
    {
        byte[] address = [];
        bool local = false;
        uint flags = body[2];
        NetlinkAttributes attributes = new(body[AddressHeaderSize..]);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                // On a point-to-point link the one is ours and the other the far end's; IPv6 has IFA_ADDRESS alone elsewhere.
                case IFA_LOCAL: address = attributes.Value.ToArray(); local = true; break;
                case IFA_ADDRESS when !local: address = attributes.Value.ToArray(); break;
                case IFA_FLAGS: flags = attributes.Number; break;
            }
        }

        return new NetworkLinkAddress(MemoryMarshal.Read<int>(body[4..]), address, body[1], body[3], flags);
    }
}

using System.Runtime.InteropServices;

namespace LxcPS.Native;

/// <content>Interfaces upon others, interfaces that move, ports of bridges, and addresses that are answered for.</content>
public sealed partial class Rtnetlink
{
    private const byte AF_BRIDGE = 7;
    private const ushort RTM_DELROUTE = 25;
    private const ushort RTM_NEWNEIGH = 28;
    private const ushort RTM_DELNEIGH = 29;
    private const ushort IFLA_LINK = 5;
    private const ushort IFLA_AF_SPEC = 26;
    private const ushort IFLA_NUM_TX_QUEUES = 31;
    private const ushort IFLA_NUM_RX_QUEUES = 32;
    private const ushort IFLA_BRIDGE_VLAN_INFO = 2;
    private const ushort BRIDGE_VLAN_INFO_PVID = 2;
    private const ushort BRIDGE_VLAN_INFO_UNTAGGED = 4;
    private const ushort NUD_PERMANENT = 0x80;
    private const byte NTF_PROXY = 8;
    private const ushort NDA_DST = 1;

    /// <summary>Opens a socket to another network namespace; the calling thread is back in its own when this returns.</summary>
    /// <param name="networkNamespace">A descriptor of the namespace.</param>
    public static Rtnetlink OpenIn(int networkNamespace)
    {
        const string Own = "/proc/thread-self/ns/net";
        int own = Descriptors.Open(Own, OpenFlags.ReadOnly);
        try
        {
            Processes.JoinNamespaces(networkNamespace, Processes.CLONE_NEWNET, "network namespace");
            try
            {
                return new Rtnetlink();
            }
            finally
            {
                Processes.JoinNamespaces(own, Processes.CLONE_NEWNET, Own);
            }
        }
        finally
        {
            Descriptors.Close(own);
        }
    }

    /// <summary>Makes an interface upon another; it is born in its network namespace, and is down.</summary>
    public void CreateLink(LinkRequest link)
    {
        NetlinkMessage message = LinkMessage(RTM_NEWLINK, NetlinkMessage.NLM_F_ACK | NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL, 0, 0, 0);
        AddEnd(message, link.Name, link.HardwareAddress, link.Mtu);
        message.Add(IFLA_LINK, (uint)link.Lower).Add(IFLA_NET_NS_PID, (uint)link.NamespaceOf);
        int info = message.Begin(IFLA_LINKINFO);
        message.AddBare(IFLA_INFO_KIND, link.Kind);
        int data = message.Begin(IFLA_INFO_DATA);
        foreach ((ushort type, byte[] value) in link.Data)
        {
            message.Add(type, value);
        }

        socket.Request(message.End(data).End(info), "RTM_NEWLINK", link.Name);
    }

    /// <summary>Moves an interface to the network namespace of a process and renames it; it is down afterwards.</summary>
    /// <param name="index">The interface.</param>
    /// <param name="pid">The process.</param>
    /// <param name="name">Its name there.</param>
    public void Move(int index, int pid, string name) =>
        socket.Request(LinkMessage(RTM_SETLINK, NetlinkMessage.NLM_F_ACK, index, 0, 0).Add(IFLA_NET_NS_PID, (uint)pid).Add(IFLA_IFNAME, name), "RTM_SETLINK", name);

    /// <summary>Changes the hardware address and the largest packet of an interface; null and 0 leave them.</summary>
    public void Change(int index, byte[]? hardwareAddress, uint mtu)
    {
        NetlinkMessage message = LinkMessage(RTM_SETLINK, NetlinkMessage.NLM_F_ACK, index, 0, 0);
        if (hardwareAddress is not null)
        {
            message.Add(IFLA_ADDRESS, hardwareAddress);
        }

        if (mtu != 0)
        {
            message.Add(IFLA_MTU, mtu);
        }

        socket.Request(message, "RTM_SETLINK", index.ToString());
    }

    /// <summary>Removes an interface by its index; one that is gone is no error.</summary>
    public void Delete(int index)
    {
        int error = socket.TryRequest(LinkMessage(RTM_DELLINK, NetlinkMessage.NLM_F_ACK, index, 0, 0));
        if (error is not (0 or Errno.ENODEV))
        {
            throw new LinuxException("RTM_DELLINK", error, index.ToString());
        }
    }

    /// <summary>Sets an interface down.</summary>
    public void SetDown(int index) => socket.Request(LinkMessage(RTM_SETLINK, NetlinkMessage.NLM_F_ACK, index, 0, NetworkLink.IFF_UP), "RTM_SETLINK", index.ToString());

    /// <summary>Removes a route of the main table to what is on a link; one that is not there is no error.</summary>
    public void RemoveRoute(int index, ReadOnlySpan<byte> destination, int prefixLength)
    {
        int error = socket.TryRequest(RouteMessage(index, FamilyOf(destination), destination, prefixLength, [], RTM_DELROUTE, NetlinkMessage.NLM_F_ACK));
        if (error is not (0 or Errno.ESRCH or Errno.ENOENT or Errno.ENODEV))
        {
            throw new LinuxException("RTM_DELROUTE", error);
        }
    }

    /// <summary>Makes a bridge's port a member of a VLAN.</summary>
    /// <param name="index">The port.</param>
    /// <param name="vlan">The VLAN's number.</param>
    /// <param name="untagged">Whether its packets carry no tag on this port, and those without a tag belong to it.</param>
    public void AddPortVlan(int index, ushort vlan, bool untagged) =>
        socket.Request(VlanMessage(RTM_SETLINK, index, vlan, untagged), "RTM_SETLINK(bridge)", $"VLAN {vlan}");

    /// <summary>Takes a bridge's port out of a VLAN.</summary>
    public void RemovePortVlan(int index, ushort vlan) =>
        socket.Request(VlanMessage(RTM_DELLINK, index, vlan, untagged: false), "RTM_DELLINK(bridge)", $"VLAN {vlan}");

    /// <summary>Has an interface answer for an address that is elsewhere: proxy ARP, or NDP for IPv6.</summary>
    public void AddProxy(int index, ReadOnlySpan<byte> address, string text) =>
        socket.Request(ProxyMessage(RTM_NEWNEIGH, NetlinkMessage.NLM_F_CREATE, index, address), "RTM_NEWNEIGH", text);

    /// <summary>Takes that back; an answer that is not there is no error.</summary>
    public void RemoveProxy(int index, ReadOnlySpan<byte> address)
    {
        int error = socket.TryRequest(ProxyMessage(RTM_DELNEIGH, 0, index, address));
        if (error is not (0 or Errno.ENOENT or Errno.ENODEV or Errno.ENXIO))
        {
            throw new LinuxException("RTM_DELNEIGH", error);
        }
    }

    private static void AddQueues(NetlinkMessage message, VethPair pair)
    {
        if (pair.ReceiveQueues != 0)
        {
            message.Add(IFLA_NUM_RX_QUEUES, pair.ReceiveQueues);
        }

        if (pair.TransmitQueues != 0)
        {
            message.Add(IFLA_NUM_TX_QUEUES, pair.TransmitQueues);
        }
    }

    private static NetlinkMessage VlanMessage(ushort type, int index, ushort vlan, bool untagged)
    {
        Span<byte> header = LinkHeader(stackalloc byte[LinkHeaderSize], index, 0, 0);
        header[0] = AF_BRIDGE;
        NetlinkMessage message = new NetlinkMessage(type, NetlinkMessage.NLM_F_ACK).Append(header);
        int spec = message.Begin(IFLA_AF_SPEC);

        // bridge_vlan_info: flags, number.
        Span<byte> info = stackalloc byte[4];
        MemoryMarshal.Write(info, (ushort)(untagged ? BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED : 0));
        MemoryMarshal.Write(info[2..], vlan);
        return message.Add(IFLA_BRIDGE_VLAN_INFO, info).End(spec);
    }

    // ndmsg: family, padding, index, state, flags, type.
    private static NetlinkMessage ProxyMessage(ushort type, ushort flags, int index, ReadOnlySpan<byte> address)
    {
        Span<byte> header = stackalloc byte[12];
        header.Clear();
        header[0] = FamilyOf(address);
        MemoryMarshal.Write(header[4..], in index);
        MemoryMarshal.Write(header[8..], NUD_PERMANENT);
        header[10] = NTF_PROXY;
        return new NetlinkMessage(type, (ushort)(NetlinkMessage.NLM_F_ACK | flags)).Append(header).Add(NDA_DST, address);
    }
}

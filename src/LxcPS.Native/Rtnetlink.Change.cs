namespace LxcPS.Native;

/// <content>Changing an interface that another has made.</content>
public sealed partial class Rtnetlink
{
    /// <summary>Gives an interface that is down another hardware address and size of packets.</summary>
    /// <param name="index">The interface.</param>
    /// <param name="hardwareAddress">6 bytes, or null to keep it.</param>
    /// <param name="mtu">The largest packet in bytes, or 0 to keep it.</param>
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
}

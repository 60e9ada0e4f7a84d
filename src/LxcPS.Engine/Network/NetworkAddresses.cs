using System.Net;
using LxcPS.Native;

namespace LxcPS.Engine.Network;

/// <summary>
/// The addresses of running containers. The kernel answers for another network namespace (IFA_TARGET_NETNSID, Linux 4.20), so no thread
/// has to enter it, and one object serves any number of containers.
/// </summary>
public sealed class NetworkAddresses : IDisposable
{
    private readonly Rtnetlink kernel = new();

    /// <summary>The addresses of one container.</summary>
    public static IReadOnlyList<InterfaceAddress> Of(int pid)
    {
        using NetworkAddresses addresses = new();
        return addresses.Get(pid);
    }

    /// <summary>
    /// The addresses of global scope in the network namespace of a process, those of the loopback excepted; none when the process is gone
    /// or the caller may not look.
    /// </summary>
    /// <param name="pid">The init of the container.</param>
    /// <exception cref="LinuxException">The kernel refused for another reason.</exception>
    public IReadOnlyList<InterfaceAddress> Get(int pid)
    {
        List<InterfaceAddress> result = [];
        try
        {
            int id = IsOwnNamespace(pid) ? -1 : kernel.NamespaceIdOf(pid);
            List<NetworkLinkAddress> addresses = kernel.Addresses(id);
            if (!addresses.Exists(address => address.IsGlobal))
            {
                return result;
            }

            List<NetworkLink> links = kernel.Links(id);
            foreach (NetworkLinkAddress address in addresses)
            {
                int place = links.FindIndex(link => link.Index == address.Index);
                if (address.IsGlobal && place >= 0 && !links[place].IsLoopback)
                {
                    result.Add(new InterfaceAddress(links[place].Name, new IPAddress(address.Address), address.PrefixLength));
                }
            }
        }
        catch (LinuxException e) when (e.Number is Errno.ESRCH or Errno.EPERM or Errno.EACCES or Errno.EINVAL)
        {
            // A container that stops while it is looked at has no addresses; EINVAL says that its namespace went after its id was given.
            result.Clear();
        }

        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => kernel.Dispose();

    // The kernel gives a namespace no id for itself.
    private static bool IsOwnNamespace(int pid) =>
        FileTree.TryStatus(Descriptors.CurrentDirectory, $"/proc/{pid}/ns/net", true, out FileStatus theirs)
        && FileTree.TryStatus(Descriptors.CurrentDirectory, "/proc/thread-self/ns/net", true, out FileStatus ours)
        && theirs.Inode == ours.Inode;
}

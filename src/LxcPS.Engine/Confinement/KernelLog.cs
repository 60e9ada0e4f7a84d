using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.Confinement;

/// <summary>The ring of the kernel's messages, as /dev/kmsg gives it; see Documentation/ABI/testing/dev-kmsg.</summary>
internal static class KernelLog
{
    private const string Device = "/dev/kmsg";

    /// <summary>The messages that the ring holds, the oldest first, without what precedes their text.</summary>
    /// <exception cref="LxcException">PermissionDenied: reading takes CAP_SYSLOG. HostUnsupported: there is no such device.</exception>
    internal static List<string> Read()
    {
        List<string> messages = [];
        int fd = -1;
        try
        {
            fd = Descriptors.Open(Device, OpenFlags.ReadOnly | OpenFlags.NonBlocking);

            // One read gives one record, and none is longer than this.
            byte[] buffer = new byte[16 << 10];
            while (true)
            {
                int count;
                try
                {
                    count = Descriptors.Read(fd, buffer, Device);
                }
                catch (LinuxException e) when (e.Number == Errno.EPIPE)
                {
                    // Overwritten while it was read; the next read goes on with the oldest that there is.
                    continue;
                }

                if (count <= 0)
                {
                    return messages;
                }

                // "6,1234,28404955,-;message", then lines of a blank and KEY=value.
                string record = Encoding.UTF8.GetString(buffer, 0, count);
                int start = record.IndexOf(';') + 1;
                int end = record.IndexOf('\n', start);
                messages.Add(end < 0 ? record[start..] : record[start..end]);
            }
        }
        catch (LinuxException e)
        {
            bool missing = e.Number is Errno.ENOENT or Errno.ENXIO or Errno.ENODEV;
            throw new LxcException(missing ? LxcErrorId.HostUnsupported : LxcErrorId.PermissionDenied, $"The kernel's log cannot be read: {e.Message}", e)
            {
                Advice = missing ? "Run the session on the host: a container mostly has no /dev/kmsg." : "Run the session as root, with CAP_SYSLOG.",
            };
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }
}

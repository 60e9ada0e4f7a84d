using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>Files as block devices; see loop(4).</summary>
public static unsafe class LoopDevice
{
    // Each try fails only where another process was given the same device a moment before.
    private const int MaximumTries = 64;
    private const uint LOOP_CONFIGURE = 0x4C0A;
    private const uint LOOP_CTL_GET_FREE = 0x4C82;
    private const uint LO_FLAGS_AUTOCLEAR = 4;
    private const int SizeOfConfig = 304;
    private const int SizeOfName = 64;

    /// <summary>
    /// Makes a file a block device, which it is until nothing has the device open or mounted. The device keeps the open file, and what is locked by it.
    /// </summary>
    /// <param name="file">The file, open for reading and writing.</param>
    /// <param name="name">Its path, which losetup(8) shows.</param>
    /// <param name="path">The path of the device.</param>
    /// <returns>The open device.</returns>
    public static int Attach(int file, string name, out string path)
    {
        int control = Descriptors.Open("/dev/loop-control", OpenFlags.ReadWrite);
        try
        {
            for (int i = 1; ; i++)
            {
                path = $"/dev/loop{LinuxException.Check(syscall(SystemCall.ioctl, control, LOOP_CTL_GET_FREE, 0), "ioctl(LOOP_CTL_GET_FREE)", "/dev/loop-control")}";
                int device = Descriptors.Open(path, OpenFlags.ReadWrite);
                if (Configure(device, file, name))
                {
                    return device;
                }

                int error = Marshal.GetLastPInvokeError();
                Descriptors.Close(device);
                if (error != Errno.EBUSY || i == MaximumTries)
                {
                    throw new LinuxException("ioctl(LOOP_CONFIGURE)", error, name);
                }
            }
        }
        finally
        {
            Descriptors.Close(control);
        }
    }

    private static bool Configure(int device, int file, string name)
    {
        // struct loop_config: file, block size, struct loop_info64, in which the flags are at 52 and the name at 56.
        byte* config = stackalloc byte[SizeOfConfig];
        new Span<byte>(config, SizeOfConfig).Clear();
        *(int*)config = file;
        *(uint*)(config + 60) = LO_FLAGS_AUTOCLEAR;
        byte[] text = Encoding.UTF8.GetBytes(name);
        text.AsSpan(0, Math.Min(text.Length, SizeOfName - 1)).CopyTo(new Span<byte>(config + 64, SizeOfName));
        return (long)syscall(SystemCall.ioctl, device, LOOP_CONFIGURE, config) >= 0;
    }
}

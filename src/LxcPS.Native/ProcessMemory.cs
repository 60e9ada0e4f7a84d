using System.Runtime.InteropServices;

namespace LxcPS.Native;

/// <summary>The memory of another process through its file mem, see proc_pid_mem(5): a descriptor stays with the memory it was opened for.</summary>
public static unsafe class ProcessMemory
{
    /// <summary>Writes all bytes to an address; false when one of them cannot be written. It may wait for the pages.</summary>
    /// <param name="fd">The file mem, open for writing.</param>
    /// <param name="data">What is written.</param>
    /// <param name="address">The address in that process.</param>
    public static bool TryWrite(int fd, ReadOnlySpan<byte> data, ulong address)
    {
        fixed (byte* start = data)
        {
            int written = 0;
            while (written < data.Length)
            {
                nint count = pwrite64(fd, start + written, (nuint)(data.Length - written), unchecked((long)address) + written);
                if (count <= 0)
                {
                    if (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
                    {
                        continue;
                    }

                    return false;
                }

                written += (int)count;
            }

            return true;
        }
    }

    [DllImport("libc.so.6", SetLastError = true)]
    private static extern nint pwrite64(int fd, byte* data, nuint count, long offset);
}

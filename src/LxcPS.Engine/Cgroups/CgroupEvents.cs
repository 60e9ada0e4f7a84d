using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <summary>The state that the kernel reports in cgroup.events of a v2 cgroup; see the kernel's cgroup-v2.rst, "Core Interface Files".</summary>
internal static class CgroupEvents
{
    /// <summary>Waits until a key has a value, woken by the kernel; false when the time is up. A cgroup that is gone has every value.</summary>
    /// <param name="directory">The cgroup.</param>
    /// <param name="key">E.g. <c>populated</c> or <c>frozen</c>.</param>
    /// <param name="value">The value to wait for.</param>
    /// <param name="timeout">In milliseconds.</param>
    internal static bool Await(string directory, string key, string value, int timeout)
    {
        int fd;
        try
        {
            fd = Descriptors.Open(directory + "/cgroup.events", OpenFlags.ReadOnly);
        }
        catch (LinuxException e) when (e.Number == Errno.ENOENT)
        {
            return true;
        }

        long deadline = Environment.TickCount64 + timeout;
        Span<byte> buffer = stackalloc byte[256];
        try
        {
            while (true)
            {
                // A read takes the state and arms the next notification: a change between read and poll is not missed.
                Descriptors.Seek(fd, 0);
                int count = Descriptors.Read(fd, buffer, "cgroup.events");
                if (CgroupFile.ValueOf(System.Text.Encoding.ASCII.GetString(buffer[..Math.Max(count, 0)]), key) == value)
                {
                    return true;
                }

                long left = deadline - Environment.TickCount64;
                if (left <= 0)
                {
                    return false;
                }

                Polling.Wait(fd, Readiness.Priority, (int)left);
            }
        }
        catch (LinuxException e) when (e.Number == Errno.ENODEV)
        {
            return true;
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }
}

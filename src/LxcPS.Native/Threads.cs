namespace LxcPS.Native;

/// <summary>The threads of the calling process, as /proc/self/task shows them (proc(5)).</summary>
public static class Threads
{
    private const string Directory = "/proc/self/task";

    /// <summary>Whether every thread but the calling one, which is the process's first, is asleep until something wakes it (state S).</summary>
    public static bool OthersSleep()
    {
        int directory = Descriptors.Open(Directory, OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            string own = Processes.CurrentId.ToString();
            DirectoryReader threads = new(directory, Directory, new byte[1024]);
            while (threads.Next())
            {
                string name = threads.Name!;

                // Not below the directory: names that the kernel remembers there make it spin, a millisecond and more, in the wait of whoever
                // reaps this process while its threads are being taken apart. A thread's own name in /proc leads to the same (proc_tid_stat(5)).
                if (name != own && !IsAsleep(Descriptors.ReadText($"/proc/{name}/stat")))
                {
                    return false;
                }
            }

            return true;
        }
        finally
        {
            Descriptors.Close(directory);
        }
    }

    // "number (name) state ...", where the name may hold anything.
    private static bool IsAsleep(string stat) => stat.AsSpan(stat.LastIndexOf(')') + 1).StartsWith(" S ");
}

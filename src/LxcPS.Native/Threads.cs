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
                if (name != own && !IsAsleep(Descriptors.ReadText($"{Directory}/{name}/stat")))
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

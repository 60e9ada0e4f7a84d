using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <summary>Making a cgroup directory, in the state in which a process can enter it.</summary>
internal static class CgroupDirectory
{
    private const uint Mode = 0x1ED; // rwxr-xr-x

    /// <summary>Makes a path of cgroups below a base. Returns false when the last of them exists already and must not.</summary>
    /// <param name="hierarchy">Which hierarchy.</param>
    /// <param name="start">The directory to begin at.</param>
    /// <param name="path">Names below it, with slashes between.</param>
    /// <param name="mustBeNew">Whether the last directory has to be made here.</param>
    /// <param name="made">Receives what was made above the last directory.</param>
    /// <exception cref="LinuxException">A directory cannot be made.</exception>
    internal static bool Make(CgroupHierarchy hierarchy, string start, string path, bool mustBeNew, List<string> made)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return MakePath(hierarchy, start, path.Split('/'), mustBeNew, made);
            }
            catch (LinuxException e) when (e.Number == Errno.ENOENT && e.Call == "mkdir" && attempt < 8 && FileTree.Exists(start))
            {
                // Another monitor that ended removed a directory above, which was empty until now.
            }
        }
    }

    /// <summary>Enables controllers for the children of a v2 cgroup; those that are enabled already cost no write.</summary>
    /// <exception cref="LinuxException">The kernel refuses all or one of them.</exception>
    internal static void Enable(string directory, IReadOnlyList<string> controllers)
    {
        string file = directory + "/cgroup.subtree_control";
        string[] enabled = Descriptors.ReadText(file).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        string missing = string.Empty;
        foreach (string controller in controllers)
        {
            if (Array.IndexOf(enabled, controller) < 0)
            {
                missing += (missing.Length == 0 ? "+" : " +") + controller;
            }
        }

        if (missing.Length > 0)
        {
            Descriptors.WriteText(file, missing);
        }
    }

    private static bool MakePath(CgroupHierarchy hierarchy, string start, string[] names, bool mustBeNew, List<string> made)
    {
        string parent = start;
        bool isNew = false;
        for (int i = 0; i < names.Length; i++)
        {
            string directory = $"{parent}/{names[i]}";
            isNew = FileTree.MakeDirectory(Descriptors.CurrentDirectory, directory, Mode);
            if (isNew)
            {
                InitializeOrRemove(hierarchy, parent, directory);
                if (i < names.Length - 1 && !made.Contains(directory))
                {
                    made.Add(directory);
                }
            }

            parent = directory;
        }

        return isNew || !mustBeNew;
    }

    private static void InitializeOrRemove(CgroupHierarchy hierarchy, string parent, string directory)
    {
        try
        {
            Initialize(hierarchy, parent, directory);
        }
        catch (LinuxException)
        {
            CgroupTree.TryRemove(Descriptors.CurrentDirectory, directory);
            throw;
        }
    }

    private static void Initialize(CgroupHierarchy hierarchy, string parent, string directory)
    {
        if (hierarchy.Version != 1)
        {
            return;
        }

        if (hierarchy.Has("cpuset"))
        {
            // A new cpuset is empty, and no process may enter an empty one; its children inherit from then on.
            if (Descriptors.ReadText(parent + "/cgroup.clone_children").Trim() != "1")
            {
                Descriptors.WriteText(directory + "/cpuset.cpus", UsableCpus(Descriptors.ReadText(parent + "/cpuset.cpus").Trim()));
                Descriptors.WriteText(directory + "/cpuset.mems", Descriptors.ReadText(parent + "/cpuset.mems").Trim());
            }

            Descriptors.WriteText(directory + "/cgroup.clone_children", "1");
        }

        // Kernels before 5.11 account and limit a child on its own unless told otherwise; later ones always answer 1 here.
        if (hierarchy.Has("memory") && Descriptors.TryReadText(directory + "/memory.use_hierarchy") is { } value && value.Trim() == "0")
        {
            Descriptors.WriteText(directory + "/memory.use_hierarchy", "1");
        }
    }

    // As LXC does: CPUs that the boot took from the scheduler (isolcpus=) are not for containers.
    private static string UsableCpus(string cpus)
    {
        string? isolated = Descriptors.TryReadText("/sys/devices/system/cpu/isolated")?.Trim();
        return isolated is { Length: > 0 } && char.IsAsciiDigit(isolated[0]) ? CpuList.Subtract(cpus, isolated) : cpus;
    }
}

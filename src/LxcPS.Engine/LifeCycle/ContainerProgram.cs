using System.Globalization;
using LxcPS.Engine.Cgroups;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>A program in the container that is looked into, to answer a system call of it.</summary>
/// <param name="Directory">Its directory of /proc.</param>
/// <param name="Memory">Its memory, to read and write: of this very program, whoever has its process id later.</param>
/// <param name="IsInUserNamespace">Whether it is in init's user namespace, where its capabilities count.</param>
internal readonly record struct ContainerProgram(int Directory, int Memory, bool IsInUserNamespace) : IDisposable
{
    /// <summary>Opens a program; by its cgroups it has to be the container's.</summary>
    /// <param name="processId">The program.</param>
    /// <param name="initPid">The container's init.</param>
    /// <param name="cgroups">The container's cgroups.</param>
    /// <exception cref="LinuxException">It has gone, or is not to be looked into; EPERM: it is no program of the container's.</exception>
    internal static ContainerProgram Open(int processId, int initPid, ContainerCgroups cgroups)
    {
        string path = "/proc/" + processId.ToString(CultureInfo.InvariantCulture);
        int directory = Descriptors.Open(path, OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            if (!cgroups.Holds(Descriptors.ReadTextAt(directory, "cgroup")))
            {
                throw new LinuxException("open", Errno.EPERM, path);
            }

            bool sameUsers = FileTree.TryStatus(directory, "ns/user", true, out FileStatus its)
                && FileTree.TryStatus(Descriptors.CurrentDirectory, $"/proc/{initPid}/ns/user", true, out FileStatus inits) && its.Inode == inits.Inode;
            return new ContainerProgram(directory, Descriptors.OpenAt(directory, "mem", OpenFlags.ReadWrite), sameUsers);
        }
        catch
        {
            Descriptors.Close(directory);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Descriptors.Close(Directory);
        Descriptors.Close(Memory);
    }
}

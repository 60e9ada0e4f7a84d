using System.Text;
using LxcPS.Engine.Cgroups;
using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <content>The cgroups of the container: their paths and descriptors of them.</content>
internal sealed partial class ControlServer
{
    /// <summary>Bytes of struct cgroup_fd: int32 layout; uint32 utilities; int32 type; int32 fd; char controller[64].</summary>
    private const int CgroupRequestSize = 80;

    /// <summary>Where the name of the controller begins in it.</summary>
    private const int CgroupRequestName = 16;

    /// <summary>As many descriptors as struct cgroup_ctx has room for.</summary>
    private const int MaximumDirectories = 20;

    /// <summary>The types of the file systems: CGROUP_SUPER_MAGIC and CGROUP2_SUPER_MAGIC of linux/magic.h.</summary>
    private const int LegacyType = 0x27e0eb, UnifiedType = 0x63677270;

    private void AnswerCgroup(int fd, ReadOnlySpan<byte> data, bool limit)
    {
        // No name asks for v2, and so does an empty one.
        if ((data.Length == 0 ? string.Empty : TextOf(data)) is not { } controller)
        {
            Answer(fd, -Errno.EINVAL);
            return;
        }

        string? cgroup = limit ? supervisor.ContainerCgroups?.LimitPath(controller) : supervisor.ContainerCgroups?.PayloadPath(controller);
        Answer(fd, cgroup is null ? -Errno.ENOENT : 0, data: cgroup is null ? default : Text(cgroup));
    }

    private void AnswerUnifiedCgroup(int fd, bool limit)
    {
        // Whoever gets one joins no other: on a hybrid host that would leave the limits of v1.
        if (supervisor.ContainerCgroups is not { IsUnified: true } cgroups)
        {
            Answer(fd, -Errno.EINVAL);
            return;
        }

        int unified = limit ? cgroups.OpenUnifiedLimit() : cgroups.OpenUnified();
        AnswerDescriptor(fd, unified);
        Descriptors.Close(unified);
    }

    // How LXC's library reads and writes the files of a controller since version 5, on either version of cgroups.
    private void AnswerCgroupDescriptor(int fd, ReadOnlySpan<byte> data, bool limit)
    {
        Span<byte> answer = stackalloc byte[CgroupRequestSize];
        answer.Clear();
        data[..Math.Min(data.Length, CgroupRequestSize)].CopyTo(answer);
        Span<byte> name = answer[CgroupRequestName..];
        int length = name.IndexOf((byte)0);
        int type = BitConverter.ToInt32(answer[8..]);
        if (length <= 0)
        {
            Answer(fd, -Errno.EINVAL);
            return;
        }

        if (supervisor.ContainerCgroups?.Open(Encoding.UTF8.GetString(name[..length]), limit, out bool isUnified) is not { } directory)
        {
            Answer(fd, -Errno.ENOENT);
            return;
        }

        try
        {
            if (type != 0 && type != (isUnified ? UnifiedType : LegacyType))
            {
                Answer(fd, -Errno.EINVAL);
                return;
            }

            BitConverter.TryWriteBytes(answer, CgroupVersions);
            BitConverter.TryWriteBytes(answer[8..], isUnified ? UnifiedType : LegacyType);
            Answer(fd, 0, data: answer[..Math.Min(data.Length, CgroupRequestSize)], descriptors: [directory]);
        }
        finally
        {
            Descriptors.Close(directory);
        }
    }

    // As LXC numbers them: 0 is v1 alone, 1 both, 2 v2 alone.
    private int CgroupVersions => supervisor.ContainerCgroups is { IsUnified: true } ? 2 : supervisor.ContainerCgroups?.PayloadPath(string.Empty) is not null ? 1 : 0;

    // Without this answer lxc-attach takes it that there are no cgroups, and runs its program outside of all limits.
    private void AnswerCgroups(int fd, int size)
    {
        // struct cgroup_ctx { int32 layout (0 v1, 1 hybrid, 2 v2); uint32 utilities; uint32 fd_len; int32 fd[20]; }, as much of it as the client knows.
        int[] directories = supervisor.ContainerCgroups?.OpenAll(MaximumDirectories) ?? [];
        byte[] context = new byte[96];
        BitConverter.TryWriteBytes(context, CgroupVersions);
        BitConverter.TryWriteBytes(context.AsSpan(8), directories.Length);
        Answer(fd, 0, data: context.AsSpan(0, Math.Min(size, context.Length)), descriptors: directories);
        foreach (int directory in directories)
        {
            Descriptors.Close(directory);
        }
    }
}

using System.Text;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>Reads the report lines of a helper; see <see cref="ReportLine"/>.</summary>
internal sealed class ReportReader(int descriptor) : IDisposable
{
    private readonly byte[] buffer = new byte[1024];
    private readonly List<byte> pending = [];
    private int fd = descriptor;

    /// <summary>The descriptor to wait on.</summary>
    internal int Descriptor => fd;

    /// <summary>Whether nothing more comes: the helper has let go of its end, or the reader of this one.</summary>
    internal bool IsClosed { get; private set; }

    /// <summary>Takes what has come; to be called when the descriptor is readable.</summary>
    internal void Fill()
    {
        int count = Descriptors.Read(fd, buffer);
        if (count == 0)
        {
            IsClosed = true;
        }
        else if (count > 0)
        {
            pending.AddRange(buffer.AsSpan(0, count));
        }
    }

    /// <summary>The fields of the next whole line, or null.</summary>
    internal string[]? TryTake()
    {
        int end = pending.IndexOf((byte)'\n');
        if (end < 0)
        {
            return null;
        }

        string line = Encoding.UTF8.GetString([.. pending.Take(end)]);
        pending.RemoveRange(0, end + 1);
        return ReportLine.Split(line);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Descriptors.CloseOnce(ref fd);
        IsClosed = true;
    }
}

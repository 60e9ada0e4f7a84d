using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Tmds.Linux;

namespace LxcPS.Native;

/// <summary>A system call that the kernel refused: which call, on what, and the errno it answered with.</summary>
public sealed class LinuxException : Exception
{
    /// <summary>Creates the exception from an errno that is already known.</summary>
    /// <param name="call">The system call as its man page names it, e.g. <c>mount</c>.</param>
    /// <param name="errno">The errno of the call.</param>
    /// <param name="path">The path or object that the call was made on, if it had one.</param>
    public LinuxException(string call, int errno, string? path = null)
        : base(path is null ? $"{call}: {Errno.Describe(errno)}" : $"{call} '{Shown(path)}': {Errno.Describe(errno)}")
    {
        Call = call;
        Number = errno;
        Path = path;
    }

    /// <summary>The system call as its man page names it.</summary>
    public string Call { get; }

    /// <summary>The errno, see errno(3).</summary>
    public int Number { get; }

    /// <summary>The path or object that the call was made on, or null.</summary>
    public string? Path { get; }

    /// <summary>Throws for the errno that the last call of this thread left.</summary>
    [DoesNotReturn]
    internal static void ThrowLast(string call, string? path = null) =>
        throw new LinuxException(call, Marshal.GetLastPInvokeError(), path);

    /// <summary>Passes a result through, or throws when it is the negative answer of a failed call.</summary>
    internal static long Check(long result, string call, string? path = null)
    {
        if (result < 0)
        {
            ThrowLast(call, path);
        }

        return result;
    }

    /// <summary>Passes a system call's result through, or throws when it failed.</summary>
    internal static long Check(syscall_arg result, string call, string? path = null) => Check((long)result, call, path);

    // A name may hold a line's end, and what a container named reaches terminals and logs.
    private static string Shown(string path) =>
        path.Any(char.IsControl) ? string.Concat(path.Select(letter => char.IsControl(letter) ? $"\\u{(int)letter:x4}" : letter.ToString())) : path;
}

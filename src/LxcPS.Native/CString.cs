using System.Text;

namespace LxcPS.Native;

/// <summary>Strings as system calls take them.</summary>
internal static class CString
{
    /// <summary>The UTF-8 bytes of a string with the terminating NUL; a NUL inside is refused, because the kernel would cut the string there.</summary>
    internal static byte[] Of(string text, string call)
    {
        if (text.Contains('\0'))
        {
            throw new LinuxException(call, Errno.EINVAL, text.Replace('\0', '?'));
        }

        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }
}

/// <summary>A NULL-terminated array of C strings, as execve(2) takes its arguments and environment. Free it with <see cref="Dispose"/>.</summary>
internal readonly unsafe struct CStringArray : IDisposable
{
    private readonly byte** pointers;

    internal CStringArray(IReadOnlyList<string> strings, string call)
    {
        byte[][] all = new byte[strings.Count][];
        nuint size = (nuint)((strings.Count + 1) * sizeof(byte*));
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = CString.Of(strings[i], call);
            size += (nuint)all[i].Length;
        }

        // One block: the pointers first, the strings behind them.
        pointers = (byte**)System.Runtime.InteropServices.NativeMemory.Alloc(size);
        byte* next = (byte*)(pointers + strings.Count + 1);
        for (int i = 0; i < all.Length; i++)
        {
            all[i].CopyTo(new Span<byte>(next, all[i].Length));
            pointers[i] = next;
            next += all[i].Length;
        }

        pointers[strings.Count] = null;
    }

    internal byte** Pointers => pointers;

    public void Dispose() => System.Runtime.InteropServices.NativeMemory.Free(pointers);
}

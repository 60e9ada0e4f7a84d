using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.Configuration;

/// <summary>Bytes of a configuration file as text and back, without losing one.</summary>
internal static class ConfigText
{
    private const int MaximumSize = 1 << 26;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>UTF-8, or where the bytes are none Latin-1, in which each byte is a character.</summary>
    internal static string Decode(byte[] bytes, out Encoding encoding)
    {
        encoding = System.Text.Unicode.Utf8.IsValid(bytes) ? Strict : Encoding.Latin1;
        return encoding.GetString(bytes);
    }

    /// <summary>UTF-8 that refuses what is no text.</summary>
    internal static Encoding Utf8 => Strict;

    /// <summary>All bytes of a file.</summary>
    /// <exception cref="LinuxException">It cannot be read; EFBIG: it has no end, as a device, or would be no configuration.</exception>
    internal static byte[] ReadAll(string path)
    {
        // A pipe without a writer would be waited for.
        int fd = Descriptors.Open(path, OpenFlags.ReadOnly | OpenFlags.NoControllingTerminal | OpenFlags.NonBlocking);
        try
        {
            byte[] buffer = new byte[4096];
            int length = 0;
            int count;
            while ((count = Descriptors.Read(fd, buffer.AsSpan(length), path)) > 0)
            {
                length += count;
                if (length == buffer.Length)
                {
                    if (length >= MaximumSize)
                    {
                        throw new LinuxException("read", Errno.EFBIG, path);
                    }

                    Array.Resize(ref buffer, length * 2);
                }
            }

            return buffer[..length];
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }
}
